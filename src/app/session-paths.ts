import type { BootSecrets } from '../boot/boot-secrets.ts'
import type { BootDecision } from '../domain/boot.ts'
import type { Run } from '../domain/run/run.ts'

export type SessionPathsDeps = {
  secrets: BootSecrets
  findRun(id: string): Promise<Run | undefined>
  machines: { find(name: string): Promise<{ macs: string[] } | undefined> }
  decideForMac(mac: string): Promise<BootDecision>
}

/** Unguessable paths for machines that no address identifies: those behind a relay whose addresses another server gives. */
export type SessionPaths = {
  /** The secret under which a machine may fetch what was decided; undefined where nothing is to be fetched. */
  issue(decision: BootDecision): string | undefined
  /** The MAC of the machine whose session the secret is of; undefined once that session is over, and for what is made up. */
  macOf(secret: string): Promise<string | undefined>
}

/** A held machine has no session: its path is good for as long as it is held by this run. */
const HELD = 0

const sessionOf = (decision: Extract<BootDecision, { kind: 'grant' | 'hold' }>): number =>
  decision.kind === 'grant' ? decision.session : HELD

export function createSessionPaths({ secrets, findRun, machines, decideForMac }: SessionPathsDeps): SessionPaths {
  return {
    issue: (decision) => {
      if (decision.kind !== 'grant' && decision.kind !== 'hold') return undefined
      return secrets.issue({ kind: 'path', runId: decision.runId, session: sessionOf(decision) })
    },
    macOf: async (secret) => {
      const claim = secrets.read('path', secret)
      const run = claim && (await findRun(claim.runId))
      const mac = run && (await machines.find(run.machine))?.macs[0]
      if (!mac) return undefined
      const decision = await decideForMac(mac)
      if (decision.kind !== 'grant' && decision.kind !== 'hold') return undefined
      return sessionOf(decision) === claim.session && decision.runId === claim.runId ? mac : undefined
    },
  }
}
