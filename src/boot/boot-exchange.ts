import { AppError } from '../core/errors.ts'
import { sha256Hex } from '../core/ids.ts'
import type { Run } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import { isEnd, isUnderGrant } from '../domain/run/run-states.ts'
import type { BootSecrets, SecretClaim } from './boot-secrets.ts'

export type BootExchangeDeps = {
  secrets: BootSecrets
  runs: { find(id: string): Promise<Run | undefined> }
  sessions: {
    live(runId: string): Promise<{ number: number } | undefined>
    claim(runId: string, number: number, nonceHash: string): Promise<boolean>
  }
  record(runId: string, type: RunEventType, detail: Record<string, unknown>): Promise<void>
}

/** Tokens of boot sessions: boot code -> session token, and what each token opens now. */
export type BootExchange = {
  exchange(code: string, nonce: string, peer: string): Promise<{ token: string; run: Run; session: number }>
  authorizeAgent(token: string): Promise<Run>
  authorizeFacts(token: string): Promise<Run>
  /** The verified discovery whose newest boot session the token is of: its agent may not have heard the answer. */
  describedRun(token: string): Promise<Run | undefined>
}

const refused = (why: string): AppError => new AppError('agent.token_refused', why)

export function createBootExchange(deps: BootExchangeDeps): BootExchange {
  const runOf = async (claim: SecretClaim | undefined, what: string): Promise<Run> => {
    const run = claim && (await deps.runs.find(claim.runId))
    if (!run) throw refused(`expected ${what} of a run, got none that is known`)
    return run
  }
  const assertLive = async (run: Run, session: number): Promise<void> => {
    if (!isUnderGrant(run.state)) throw refused(`run ${run.id} is ${run.state}: its boot grant is closed`)
    const live = await deps.sessions.live(run.id)
    if (live?.number !== session)
      throw refused(`boot session ${session} of run ${run.id} is over, ${live?.number} is live`)
  }
  return {
    exchange: async (code, nonce, peer) => {
      const claim = deps.secrets.read('code', code)
      const run = await runOf(claim, 'a boot code')
      const session = claim!.session
      await assertLive(run, session)
      const won = await deps.sessions.claim(run.id, session, sha256Hex(nonce))
      if (!won) {
        await deps.record(run.id, 'frozen', { code: 'agent.code_used', session, peer })
        throw new AppError(
          'agent.code_used',
          `the boot code of session ${session} was exchanged before: run ${run.id} is frozen`,
        )
      }
      await deps.record(run.id, 'codeExchanged', { session, peer })
      return { token: deps.secrets.issue({ kind: 'session', runId: run.id, session }), run, session }
    },
    authorizeAgent: async (token) => {
      const claim = deps.secrets.read('session', token)
      const run = await runOf(claim, 'a session token')
      await assertLive(run, claim!.session)
      return run
    },
    describedRun: async (token) => {
      const claim = deps.secrets.read('session', token)
      const run = claim && (await deps.runs.find(claim.runId))
      if (run?.kind !== 'discover' || run.state !== 'verified') return undefined
      return (await deps.sessions.live(run.id))?.number === claim!.session ? run : undefined
    },
    authorizeFacts: async (token) => {
      const run = await runOf(deps.secrets.read('verify', token), 'a verify token')
      if (isEnd(run.state)) throw refused(`run ${run.id} is ${run.state}: its verify token is over`)
      return run
    },
  }
}
