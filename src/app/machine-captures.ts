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
  { library, lifecycle, store }: Appliance,
  { inventories, disks, record, feed }: Parts,
): RunCaptures {
  const captures = createRunCaptures({
    ...{ inventories, open: library.openCapture, parentOf: disks.parentOf, events: store.runs.events, record },
    noteBuild: (name, version, body) => lifecycle.take({ name, version }, 'build', { by: 'appliance', body }),
  })
  feed.subscribe((news) => {
    if (news.kind === 'change' && isEnd(news.run.state)) void captures.end(news.run.id)
  })
  return captures
}
