import { networkInterfaces } from 'node:os'
import { AppError } from '../../core/errors.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import { isBehindRelays, type Segment } from '../../domain/segment.ts'
import { askForServers, type ServerOffer } from './ask-for-servers.ts'
import { type DoctorCheck, noSegment, servedSegments } from './doctor-check.ts'

const EXPECTED: Readonly<Record<Segment['mode'], string>> = {
  authoritative: 'no answer but this host’s',
  proxy: 'the server that gives the addresses',
  observe: 'any answer',
  off: 'any answer',
}

/**
 * No other DHCP server answers where Slipway gives the addresses: machines would take its address and never find their
 * loader. Where Slipway is a proxy, another one does: without it nobody has an address.
 */
export const otherDhcp: DoctorCheck = {
  id: 'other-dhcp',
  says: 'no other DHCP server on the segments, or one beside a proxy',
  look: async (subject) => {
    const segments = servedSegments(subject).filter((segment) => !isBehindRelays(segment))
    if (segments.length === 0) return [noSegment(subject, EXPECTED.authoritative)]
    return Promise.all(segments.map(judge))
  },
}

/** What the servers that answered mean in the mode of the segment. `own`: this host's addresses. */
export function judgeOffers(segment: Segment, offers: ServerOffer[], own: string[]): DoctorFinding {
  const found = subjectOf(segment)
  const others = offers.filter(({ source, serverId }) => !own.includes(source) && !own.includes(serverId ?? ''))
  const quiet = offers.length > 0 ? 'only this host answered' : 'nobody answered'
  const names = new Set(
    others.map(({ source, serverId, address }) => `${serverId ?? 'no id'} (from ${source}) offered ${address}`),
  )
  const got = others.length === 0 ? quiet : `another server: ${[...names].join('; ')}`
  if (segment.mode === 'proxy' && others.length === 0)
    return {
      ...{ ...found, outcome: 'problem', got },
      remedy: 'Start the DHCP server that gives the addresses here, or set `mode: authoritative` and `ranges`.',
    }
  if (others.length === 0 || segment.mode !== 'authoritative') return { ...found, outcome: 'ok', got }
  return {
    ...{ ...found, outcome: 'problem', got },
    remedy: 'Switch it off on this segment, or leave the addresses to it with `mode: proxy`.',
  }
}

const subjectOf = (segment: Segment): Pick<DoctorFinding, 'about' | 'expected'> => ({
  ...{ about: `segment ${segment.name} (${segment.interface})`, expected: EXPECTED[segment.mode] },
})

async function judge(segment: Segment): Promise<DoctorFinding> {
  const found = subjectOf(segment)
  try {
    return judgeOffers(segment, await askForServers(segment.interface), [segment.address, ...ownAddresses()])
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
