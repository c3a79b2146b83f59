import type { BootSecrets } from '../boot/boot-secrets.ts'
import { AppError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import { isUnderGrant } from '../domain/run/run-states.ts'
import type { RecordEvent } from '../runs/run-recorder.ts'
import { type AnswerRoutesDeps, type AnswerToSend, noAnswers } from '../servers/http-boot/answer-routes.ts'
import { type InstallAnswers, type InstallRun, isInstallRun, type OpenAnswer } from './install-answers.ts'

export type InstallDoorParts = {
  secrets: BootSecrets
  runs: { find(id: string): Promise<Run | undefined>; events(id: string): Promise<RunEvent[]> }
  sessions: { live(runId: string): Promise<{ number: number } | undefined> }
  machines: { find(name: string): Promise<{ macs: readonly string[] } | undefined> }
  answers: InstallAnswers
  record: RecordEvent
  log: Pick<Log, 'error'>
}
type Given = { session: number; name: string; peer: string }
type Peers = { macOf(address: string): string | undefined; segmentOf(address: string): string | undefined }

/**
 * Gives installers what they ask for, within their boot session and to their machine alone; what has a secret in it goes out
 * once a session, and again only where that was broken off.
 */
export function createInstallDoor(parts: InstallDoorParts) {
  const { secrets, runs, sessions, machines, answers, record, log } = parts
  const giving = new Set<string>()
  const runOf = async (token: string): Promise<{ run: InstallRun; session: number }> => {
    const claim = secrets.read('answers', token)
    const run = claim && (await runs.find(claim.runId))
    if (!run || !isInstallRun(run) || !isUnderGrant(run.state)) throw noAnswers()
    if ((await sessions.live(run.id))?.number !== claim.session) throw noAnswers()
    return { run, session: claim.session }
  }
  /** An address that is known to be another machine's gets nothing, whatever path it knows. */
  const assertOwn = async (run: Run, peer: string, mac: string | undefined): Promise<void> => {
    const macs = (await machines.find(run.machine))?.macs ?? []
    if (mac === undefined || macs.includes(mac)) return
    await record(run.id, 'answersWithheld', { peer, mac, why: 'the address is another machine’s' })
    throw noAnswers()
  }
  const wasGiven = async (run: Run, session: number, file: string): Promise<boolean> => {
    const isOfFile = ({ type, detail }: RunEvent): boolean =>
      (type === 'answersFetched' || type === 'answersBroken') && detail.session === session && detail.file === file
    const last = (await runs.events(run.id)).findLast(isOfFile)
    return last?.type === 'answersFetched' && last.detail.hasSecrets === true
  }
  const withhold = async (run: Run, session: number, file: string, peer: string): Promise<AppError> => {
    await record(run.id, 'answersWithheld', { peer, file, session, why: 'it was given before' })
    return new AppError('answers.used', `expected ${file} to be fetched once in boot session ${session}, got another`)
  }
  /** Notes first and gives then: what was given without a note would be given again, and its disk would not be held. */
  const give = async (run: Run, { session, name, peer }: Given, answer: OpenAnswer): Promise<void> => {
    const { text, hasSecrets, writes } = answer
    const key = `${run.id} ${session} ${name}`
    if (hasSecrets && giving.has(key)) throw await withhold(run, session, name, peer)
    giving.add(key)
    try {
      if (hasSecrets && (await wasGiven(run, session, name))) throw await withhold(run, session, name, peer)
      const detail = { peer, file: name, bytes: text.length, session, hasSecrets, writes }
      // A run that ended meanwhile takes no event: nobody would be kept from booting what is written now.
      if (!(await record(run.id, 'answersFetched', detail))) throw noAnswers()
    } finally {
      giving.delete(key)
    }
  }
  return (peers: Peers): AnswerRoutesDeps['open'] =>
    async ({ token, name, peer, address, isHead }): Promise<AnswerToSend> => {
      const { run, session } = await runOf(token)
      await assertOwn(run, peer, peers.macOf(peer))
      const answer = await answers.open(run, name, { address, session, segment: peers.segmentOf(peer) })
      if (!answer) throw new AppError('resource.not_found', `expected a file of ${run.install.family}, got ${name}`)
      const { text, mediaType } = answer
      if (isHead) return { text, mediaType, broken: () => {} }
      await give(run, { session, name, peer }, answer)
      const broken = (): void =>
        void record(run.id, 'answersBroken', { peer, file: name, session }).catch((error: unknown) =>
          log.error({ runId: run.id, file: name, error: String(error) }, 'answers that were broken off not recorded'),
        )
      return { text, mediaType, broken }
    }
}
