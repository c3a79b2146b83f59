import { createLeaseBook } from '../../../src/addressing/lease-book.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { createLog } from '../../../src/core/log.ts'
import { assertSegmentSound, Segment } from '../../../src/domain/segment.ts'
import { createDhcpServer } from '../../../src/servers/dhcp/dhcp-server.ts'

const say = (line: Record<string, unknown>): boolean => process.stdout.write(`${JSON.stringify(line)}\n`)

const { segments, decision } = JSON.parse(process.argv[2]!)
const leases = createLeaseBook({
  store: { all: async () => [], save: async (lease) => void say({ saved: lease.address, state: lease.state }) },
  clock: systemClock,
})
for (const each of segments) {
  const server = createDhcpServer({
    segment: assertSegmentSound(Segment.parse(each)),
    httpPort: 8081,
    leases,
    whyImpostor: async () => undefined,
    decide: async () => decision,
    observe: (sighting) => say({ ...sighting, counters: server.counters }),
    log: createLog('error'),
  })
  await server.start()
}
say({ ready: true })
