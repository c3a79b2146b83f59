import { readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { Segment } from '../../domain/segment.ts'
import { type DoctorCheck, servedSegments } from './doctor-check.ts'

const IFF_UP = 1

/** Each segment's interface exists, is up, has a link, and carries the segment's address. */
export const interfaces: DoctorCheck = {
  id: 'interfaces',
  says: 'interfaces of the segments up, with their addresses',
  look: async (subject) => {
    const segments = servedSegments(subject)
    const got = subject.whyNoData ?? 'no segment is served'
    if (segments.length === 0)
      return [
        {
          about: 'segments',
          outcome: 'skipped',
          expected: 'a segment to serve',
          got,
          remedy: 'slipway apply -f lab.yaml',
        },
      ]
    return Promise.all(segments.map(judge))
  },
}

async function judge(segment: Segment): Promise<DoctorFinding> {
  const { interface: device, address, prefix } = segment
  const found = { about: `segment ${segment.name}`, expected: `${device} up, with link and ${address}/${prefix}` }
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
  const addresses = (networkInterfaces()[device] ?? []).filter(({ family }) => family === 'IPv4').map((one) => one.cidr)
  if (!addresses.some((cidr) => cidr?.startsWith(`${address}/`)))
    return {
      ...found,
      outcome: 'problem',
      got: `${device} with ${addresses.join(', ') || 'no IPv4 address'}`,
      remedy: `ip addr add ${address}/${prefix} brd + dev ${device}, and keep it in the host's network configuration`,
    }
  return { ...found, outcome: 'ok', got: `up, ${addresses.join(', ')}` }
}
