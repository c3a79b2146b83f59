import { expect, it } from 'vitest'
import { createMachineEvidence } from '../../src/app/machine-evidence.ts'
import { silentLog } from '../../src/core/log.ts'
import type { Run } from '../../src/domain/run/run.ts'
import type { RunEventType } from '../../src/domain/run/run-events.ts'

const run = { id: 'r', machine: 'one' } as Run
const sighting = (at: number) => ({ at, mac: 'm', what: 'dhcp', detail: {} })

function open() {
  const recorded: RunEventType[] = []
  const seenAt: number[] = []
  const evidence = createMachineEvidence({
    machines: {
      findByMac: async (mac) => (mac === 'm' ? { name: 'one' } : undefined),
      // The database takes its time.
      markSeen: async (_name, at) => {
        await new Promise((resolve) => setImmediate(resolve))
        seenAt.push(at)
      },
    },
    runs: { findOpen: async () => run },
    record: async (_id, type) => void recorded.push(type),
    log: silentLog,
  })
  return { evidence, recorded, seenAt }
}

it('records what it sees in the order in which it was seen, however long the rest takes', async () => {
  const { evidence, recorded } = open()
  await Promise.all([evidence.note(sighting(0), 'dhcpOffered'), evidence.note(sighting(1), 'dhcpBound')])
  expect(recorded).toEqual(['dhcpOffered', 'dhcpBound'])
})

it('tells the database no more than every ten seconds when a machine was seen', async () => {
  const { evidence, seenAt } = open()
  for (const at of [0, 5000, 9999, 10_000]) await evidence.note(sighting(at), undefined)
  expect(seenAt).toEqual([0, 10_000])
})

it('keeps what strangers do in the ring, and records nothing of it', async () => {
  const { evidence, recorded } = open()
  await evidence.note({ ...sighting(0), mac: 'x' }, 'dhcpOffered')
  expect([recorded, evidence.recent().length]).toEqual([[], 1])
})
