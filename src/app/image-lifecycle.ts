import type { Log } from '../core/log.ts'
import { isProvedDeployment, type Run } from '../domain/run/run.ts'
import { isEnd } from '../domain/run/run-states.ts'
import type { Said, VersionName } from '../library/life/lifecycle-records.ts'
import type { Revocation } from '../library/life/revocation.ts'
import type { Appliance } from './appliance.ts'
import { createMachineDisks } from './machine-disks.ts'
import type { RunParts } from './run-parts.ts'

/** What a revocation did: versions, machines that run them, and the runs that it ended. */
export type RevocationDone = Revocation & { cancelled: string[] }

/**
 * Joins the life of versions with runs: a verified run is put on record, a revocation ends the open runs of what it reached,
 * and with them their grants, by which alone anything is booted.
 */
export function createImageLifecycle(appliance: Appliance, runs: Pick<RunParts, 'feed' | 'service'>) {
  const { lifecycle, store, log } = appliance
  const disks = createMachineDisks(appliance)
  runs.feed.subscribe((news) => {
    if (news.kind === 'change' && isProvedDeployment(news.run)) void noteVerified(appliance, news.run, log)
  })
  return {
    ...lifecycle,
    revoke: async (which: VersionName, said: Said): Promise<RevocationDone> => {
      const done = await lifecycle.revoke(which, said)
      const digests = new Set(done.versions.map(({ manifestDigest }) => manifestDigest))
      const cancelled: string[] = []
      for (const run of await store.runs.open()) {
        const digest =
          run.kind === 'capture' ? (await disks.versionOn(run.machine))?.manifestDigest : run.manifestDigest
        if (digest === undefined || !digests.has(digest) || isEnd(run.state)) continue
        await runs.service.cancel(run.id, `${said.by}: ${run.image} ${run.version} was revoked`)
        cancelled.push(run.id)
      }
      return { ...done, cancelled }
    },
  }
}

async function noteVerified({ lifecycle, store }: Appliance, run: Run, log: Log): Promise<void> {
  try {
    const row = await store.images.find(run.image, run.version)
    if (row?.manifestDigest !== run.manifestDigest) return
    await lifecycle.noteTestRun(row, { run: run.id, machine: run.machine, profile: run.profile.name })
  } catch (error) {
    log.error({ runId: run.id, error: String(error) }, 'a verified run was not put on its image’s record')
  }
}
