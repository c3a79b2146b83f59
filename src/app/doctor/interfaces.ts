import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { Segment } from '../../domain/segment.ts'
import { type DoctorCheck, noSegment, servedSegments } from './doctor-check.ts'

const IFF_UP = 1

/** Each segment's interface exists, is up, has a link, and carries the segment's address. */
export const interfaces: DoctorCheck = {
  id: 'interfaces',
  says: 'interfaces of the segments up, with their addresses',
  look: async (subject) => {
    const segments = servedSegments(subject)
    if (segments.length === 0) return [noSegment(subject, 'a segment to serve')]
    return Promise.all(segments.map(judge))
  },
}

async function judge(segment: Segment): Promise<DoctorFinding> {
  const { interface: device } = segment
  const found = subjectOf(segment)
  const read = (name: string): Promise<string | undefined> =>
    readFile(`/sys/class/net/${device}/${name}`, 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    )
  const flags = await read('flags')
  if (flags === undefined)
    return {
      ...found,
      outcome: 'problem',
      got: `no interface ${device}`,
      remedy: 'Name the right interface in the segment, or make it (VLAN, bridge).',
    }
  if ((Number(flags) & IFF_UP) === 0)
    return { ...found, outcome: 'problem', got: `${device} is down`, remedy: `ip link set ${device} up` }
  // Node lists the addresses of interfaces with a link only.
  if ((await read('carrier')) !== '1')
    return {
      ...found,
      outcome: 'warning',
      got: `${device} has no link`,
      remedy: 'Look at cable, switch port and bridge.',
    }
  const addresses = (networkInterfaces()[device] ?? []).filter(({ family }) => family === 'IPv4')
  return judgeAddresses(
    segment,
    addresses.flatMap(({ cidr }) => cidr ?? []),
  )
}

/** The IPv4 addresses of an interface, each with its prefix, against the segment's: another prefix is another segment. */
export function judgeAddresses(segment: Segment, addresses: string[]): DoctorFinding {
  const { interface: device, address, prefix } = segment
  const found = subjectOf(segment)
  if (addresses.includes(`${address}/${prefix}`)) return { ...found, outcome: 'ok', got: `up, ${addresses.join(', ')}` }
  const wrong = addresses.find((one) => one.startsWith(`${address}/`))
  const remove = wrong === undefined ? '' : `ip addr del ${wrong} dev ${device} && `
  return {
    ...found,
    outcome: 'problem',
    got: `${device} with ${addresses.join(', ') || 'no IPv4 address'}`,
    remedy: `${remove}ip addr add ${address}/${prefix} brd + dev ${device}, and keep it in the host's network configuration`,
  }
}

const subjectOf = ({
  name,
  interface: device,
  address,
  prefix,
}: Segment): Pick<DoctorFinding, 'about' | 'expected'> => ({
  about: `segment ${name}`,
  expected: `${device} up, with link and ${address}/${prefix}`,
})
