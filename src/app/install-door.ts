import type { BootSecrets } from '../boot/boot-secrets.ts'
import { AppError } from '../core/errors.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import { isUnderGrant } from '../domain/run/run-states.ts'
import type { RecordEvent } from '../runs/run-recorder.ts'
import { type AnswerRoutesDeps, type AnswerToSend, noAnswers } from '../servers/http-boot/answer-routes.ts'
import { type InstallAnswers, type InstallRun, isInstallRun } from './install-answers.ts'

export type InstallDoorParts = {
  secrets: BootSecrets
  runs: { find(id: string): Promise<Run | undefined>; events(id: string): Promise<RunEvent[]> }
  sessions: { live(runId: string): Promise<{ number: number } | undefined> }
  machines: { find(name: string): Promise<{ macs: readonly string[] } | undefined> }
  answers: InstallAnswers
  record: RecordEvent
}
type Peers = { macOf(address: string): string | undefined; segmentOf(address: string): string | undefined }

/**
 * Gives installers what they ask for, within their boot session and to their machine alone; what has a secret in it goes out
 * whole once a session, and never again.
 */
export function createInstallDoor(parts: InstallDoorParts) {
  const { secrets, runs, sessions, machines, answers, record } = parts
  const sending = new Set<string>()
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
  const wasGiven = async (run: Run, session: number, name: string): Promise<boolean> =>
    (await runs.events(run.id)).some(
      ({ type, detail }) =>
        type === 'answersFetched' && detail.session === session && detail.file === name && detail.hasSecrets === true,
    )
  /** Takes the one turn that a file with secrets has in a session; the turn is given back where the file was not sent. */
  const takeTurn = async (run: Run, session: number, name: string, peer: string): Promise<() => void> => {
    const key = `${run.id} ${session} ${name}`
    const isSending = sending.has(key)
    sending.add(key)
    const giveBack = (): void => void sending.delete(key)
    if (!isSending && !(await wasGiven(run, session, name))) return giveBack
    if (!isSending) giveBack()
    await record(run.id, 'answersWithheld', { peer, file: name, session, why: 'it was given before' })
    throw new AppError('answers.used', `expected ${name} to be fetched once in boot session ${session}, got another`)
  }
  return (peers: Peers): AnswerRoutesDeps['open'] =>
    async ({ token, name, peer, address, isHead }): Promise<AnswerToSend> => {
      const { run, session } = await runOf(token)
      await assertOwn(run, peer, peers.macOf(peer))
      const answer = await answers.open(run, name, { address, session, segment: peers.segmentOf(peer) })
      if (!answer) throw new AppError('resource.not_found', `expected a file of ${run.install.family}, got ${name}`)
      const { text, mediaType, hasSecrets, writes } = answer
      const giveBack = hasSecrets && !isHead ? await takeTurn(run, session, name, peer) : () => {}
      return {
        ...{ text, mediaType },
        sent: async () => {
          await record(run.id, 'answersFetched', { peer, file: name, bytes: text.length, session, hasSecrets, writes })
          giveBack()
        },
        broken: giveBack,
      }
    }
}
