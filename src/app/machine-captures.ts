import { isEnd } from '../domain/run/run-states.ts'
import { createRunCaptures, type RunCaptures } from '../runs/run-captures.ts'
import type { RunFeed } from '../runs/run-feed.ts'
import type { RunInventories } from '../runs/run-inventories.ts'
import type { RecordEvent } from '../runs/run-recorder.ts'
import type { Appliance } from './appliance.ts'
import type { MachineDisks } from './machine-disks.ts'

type Parts = { inventories: RunInventories; disks: MachineDisks; record: RecordEvent; feed: RunFeed }

/** Joins captures with the library, which is let go of when their runs end. */
export function createMachineCaptures(
  { library, lifecycle, store, log }: Appliance,
  { inventories, disks, record, feed }: Parts,
): RunCaptures {
  const { find: findRun, events } = store.runs
  const captures = createRunCaptures({
    ...{ ...disks, inventories, open: library.openCapture, findRun, events, record },
    noteBuild: async (name, version, body) => {
      const row = await library.find(name, version)
      // Said already where the answer to the agent was lost.
      if (row && (await lifecycle.stand(row)).state === 'draft')
        await lifecycle.take(row, 'build', { by: 'appliance', body })
    },
  })
  feed.subscribe((news) => {
    if (news.kind !== 'change' || !isEnd(news.run.state)) return
    captures.end(news.run.id).catch((error: unknown) => {
      log.error({ runId: news.run.id, error: String(error) }, 'the library was not let go of by a capture')
    })
  })
  return captures
}
