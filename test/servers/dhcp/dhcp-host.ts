import { createLeaseBook } from '../../../src/addressing/lease-book.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { createLog } from '../../../src/core/log.ts'
import { Segment } from '../../../src/domain/segment.ts'
import { assertSegmentSound } from '../../../src/domain/segment-soundness.ts'
import { createDhcpServer } from '../../../src/servers/dhcp/dhcp-server.ts'

const say = (line: Record<string, unknown>): boolean => process.stdout.write(`${JSON.stringify(line)}\n`)

const { segments, decision } = JSON.parse(process.argv[2]!)
const leases = createLeaseBook({
  store: { all: async () => [], save: async (lease) => void say({ saved: lease.address, state: lease.state }) },
  clock: systemClock,
})
const served = segments.map((each: unknown) => assertSegmentSound(Segment.parse(each))) as Segment[]
for (const [device, here] of Map.groupBy(served, (segment) => segment.interface)) {
  for (const segment of here) await leases.open(segment)
  const server = createDhcpServer({
    ...{ interface: device, segments: () => here, httpPort: 8081, leases, imagined: leases, clock: systemClock },
    sessionPath: () => undefined,
    addressInUse: (squatter) => say({ ...squatter, inUse: true }),
    whyImpostor: async () => undefined,
    decide: async () => decision,
    observe: (sighting) => say({ ...sighting, counters: server.counters }),
    log: createLog('error'),
  })
  await server.start()
}
say({ ready: true })
