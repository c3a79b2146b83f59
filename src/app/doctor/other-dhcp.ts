import { networkInterfaces } from 'node:os'
import { AppError } from '../../core/errors.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { Segment } from '../../domain/segment.ts'
import { askForServers } from './ask-for-servers.ts'
import { type DoctorCheck, noSegment, servedSegments } from './doctor-check.ts'

const EXPECTED = 'no answer but this host’s'

/** No other DHCP server answers on a segment: machines would take its address and never find their loader. */
export const otherDhcp: DoctorCheck = {
  id: 'other-dhcp',
  says: 'no other DHCP server on the segments',
  look: async (subject) => {
    const segments = servedSegments(subject)
    if (segments.length === 0) return [noSegment(subject, EXPECTED)]
    return Promise.all(segments.map(judge))
  },
}

async function judge(segment: Segment): Promise<DoctorFinding> {
  const found = { about: `segment ${segment.name} (${segment.interface})`, expected: EXPECTED }
  try {
    const own = [segment.address, ...ownAddresses()]
    const offers = await askForServers(segment.interface)
    const others = offers.filter(({ source, serverId }) => !own.includes(source) && !own.includes(serverId ?? ''))
    const quiet = offers.length > 0 ? 'only this host answered' : 'nobody answered'
    if (others.length === 0) return { ...found, outcome: 'ok', got: quiet }
    const names = new Set(
      others.map(({ source, serverId, address }) => `${serverId ?? 'no id'} (from ${source}) offered ${address}`),
    )
    return {
      ...found,
      outcome: 'problem',
      got: `another server: ${[...names].join('; ')}`,
      remedy: 'Switch it off on this segment, or serve another segment; set `mode: off` here until then.',
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const isThere = networkInterfaces()[segment.interface] !== undefined
    const remedy = 'Run doctor as root; stop a DHCP client that holds port 68 of this interface alone.'
    return { ...found, outcome: isThere ? 'warning' : 'skipped', got: error.message, ...(isThere ? { remedy } : {}) }
  }
}

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ address }) => address)
