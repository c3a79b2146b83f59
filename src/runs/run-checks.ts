import type { Check, CheckSubject, CheckVerdict } from '../domain/check.ts'
import type { Facts } from '../domain/facts.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import type { Manifest } from '../image/manifest.ts'
import type { RecordEvent } from './run-recorder.ts'

type CheckedMachine = {
  uuid?: string | undefined
  serial?: string | undefined
  macs: string[]
  inventory?: { secureBoot: boolean } | undefined
}

export type RunChecksDeps = {
  checks: readonly Check[]
  events(runId: string): Promise<RunEvent[]>
  machines: {
    find(name: string): Promise<CheckedMachine | undefined>
  }
  /** The addresses that belong to a machine's MACs, seen from `peer`, which handed in the facts. */
  addressesOf(macs: string[], peer: string): Promise<string[]>
  manifests: { manifest(digest: string): Promise<Manifest> }
  record: RecordEvent
}

/** An installer promises nothing of the system that it installs. */
const NO_IMAGE = { size: 0, boot: { kernel: null, rootPartition: null, banners: [] } }

const EVENT_OF = { passed: 'checkPassed', skipped: 'checkSkipped', failed: 'checkFailed' } as const

/**
 * Judges the facts last handed in by every check. Each verdict becomes an event, failures last, because the first failed
 * check ends the run; `checksPassed` follows when none failed. What the run's profile leaves out is skipped and not judged.
 */
export function createRunChecks(deps: RunChecksDeps): (run: Run) => Promise<void> {
  return async (run) => {
    const subject = await gather(deps, run)
    const verdicts = await Promise.all(
      deps.checks.map(async (check) => ({ check, verdict: leftOut(run, check) ?? (await check.judge(subject)) })),
    )
    const failed = verdicts.filter(({ verdict }) => verdict.outcome === 'failed')
    for (const { check, verdict } of [...verdicts.filter((one) => !failed.includes(one)), ...failed]) {
      const message =
        verdict.outcome === 'failed'
          ? { code: `check.${check.id}`, message: `${check.id}: expected ${verdict.expected}, got ${verdict.got}` }
          : {}
      await deps.record(run.id, EVENT_OF[verdict.outcome], {
        check: check.id,
        says: check.says,
        ...verdict,
        ...message,
      })
    }
    if (failed.length > 0) return
    const skipped = verdicts.filter(({ verdict }) => verdict.outcome === 'skipped').length
    await deps.record(run.id, 'checksPassed', { passed: verdicts.length - skipped, skipped })
  }
}

/** Why a check is not judged, where the profile that the run began with leaves it out. */
function leftOut({ profile }: Run, { id }: Check): CheckVerdict | undefined {
  const isLeftOut = profile.checks?.leaveOut.some((one) => one === id) ?? false
  return isLeftOut ? { outcome: 'skipped', why: `the hardware profile ${profile.name} leaves it out` } : undefined
}

async function gather(deps: RunChecksDeps, run: Run): Promise<CheckSubject> {
  const events = await deps.events(run.id)
  const detail = (type: RunEvent['type']) => events.findLast((event) => event.type === type)?.detail ?? {}
  const { facts, peer } = detail('factsReceived') as { facts: Facts; peer: string }
  const machine = await deps.machines.find(run.machine)
  const { size: bytes, boot } = run.kind === 'install' ? NO_IMAGE : await deps.manifests.manifest(run.manifestDigest)
  const macs = machine?.macs ?? []
  return {
    facts,
    peer,
    machine: { uuid: machine?.uuid, serial: machine?.serial, macs },
    leases: await deps.addressesOf(macs, peer),
    image: {
      name: run.image,
      version: run.version,
      manifestDigest: run.manifestDigest,
      ...{ bytes, ...boot },
    },
    diskBytes: detail('diskChosen').bytes as number | undefined,
    secureBoot: (detail('inventoryTaken').secureBoot ?? machine?.inventory?.secureBoot) === true,
  }
}
