import { createServer } from 'node:net'
import { join } from 'node:path'
import type { Settings } from '../../config/settings.ts'
import { AppError } from '../../core/errors.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { Segment } from '../../domain/segment.ts'
import { openUdpSocket } from '../../servers/udp-socket.ts'
import { type DoctorCheck, type DoctorSubject, servedSegments } from './doctor-check.ts'
import { type Holder, type ListeningSocket, listeningSockets, socketHolders } from './sockets.ts'

/** A port that the service opens. `interface` is set for UDP, whose sockets hear one interface only. */
type Port = { says: string; protocol: 'udp' | 'tcp'; address: string; port: number; interface: string | undefined }

const DHCP_PORT = 67
const ANY = '0.0.0.0'
const NO_ADDRESS = ['EADDRNOTAVAIL', 'ENODEV']

/** Every port that the service opens is free, or held by the running service of this data folder. */
export const ports: DoctorCheck = {
  id: 'ports',
  says: 'ports free or held by our own running service',
  look: async (subject) => {
    const sockets = await listeningSockets()
    const holders = await socketHolders(join(subject.settings.dataFolder, 'slipway.db'), subject.isService)
    const judged = wantedPorts(subject).map((port) => judge(port, sockets, holders))
    return Promise.all(judged)
  },
}

function wantedPorts(subject: DoctorSubject): Port[] {
  const { people, machines } = subject.settings
  const host = people.host === 'localhost' ? '127.0.0.1' : people.host
  return [
    { says: 'people', protocol: 'tcp', address: host, port: people.port, interface: undefined },
    ...servedSegments(subject).flatMap((segment) => segmentPorts(segment, machines)),
  ]
}

const segmentPorts = (segment: Segment, ports: Settings['machines']): Port[] => [
  { says: 'DHCP', protocol: 'udp', address: ANY, port: DHCP_PORT, interface: segment.interface },
  { says: 'syslog', protocol: 'udp', address: segment.address, port: ports.syslogPort, interface: segment.interface },
  { says: 'TFTP', protocol: 'udp', address: segment.address, port: ports.tftpPort, interface: segment.interface },
  {
    says: 'machines',
    protocol: 'tcp',
    address: segment.address,
    port: ports.proxy?.port ?? ports.httpPort,
    interface: undefined,
  },
  { says: 'agents', protocol: 'tcp', address: segment.address, port: ports.agentPort, interface: undefined },
]

async function judge(port: Port, sockets: ListeningSocket[], holders: Map<string, Holder>): Promise<DoctorFinding> {
  const same = sockets.filter((one) => one.protocol === port.protocol && one.port === port.port && overlaps(one, port))
  const known = same.flatMap(({ inode }) => holders.get(inode) ?? [])
  const strangers = [
    ...new Set(known.filter(({ holdsData }) => !holdsData).map(({ name, pid }) => `${name} (pid ${pid})`)),
  ]
  const where = port.interface === undefined ? port.address : `${port.address}%${port.interface}`
  const found = {
    about: `${port.says}: ${port.protocol} ${where}:${port.port}`,
    expected: 'free, or held by our own service',
  }
  const ours = known.find(({ holdsData }) => holdsData)
  const also = strangers.length > 0 ? `; ${strangers.join(', ')} has it elsewhere` : ''
  const refusal = ours && port.interface === undefined ? 'EADDRINUSE' : await tryToOpen(port)
  if (ours && !NO_ADDRESS.includes(refusal ?? '')) return { ...found, ...judgeOurs(ours, also, refusal) }
  if (refusal === undefined) return { ...found, outcome: 'ok', got: `free${also}` }
  if (NO_ADDRESS.includes(refusal))
    return { ...found, outcome: 'skipped', got: `${where} is not on this host, see interfaces` }
  if (refusal !== 'EADDRINUSE')
    return {
      ...found,
      outcome: 'warning',
      got: `this user may not open it (${refusal})`,
      remedy: 'Run doctor as the user of the service: root, or one with CAP_NET_BIND_SERVICE and CAP_NET_RAW.',
    }
  const who = strangers.join(', ') || 'a process that this user can not see'
  return { ...found, outcome: 'problem', got: `held by ${who}`, remedy: remedyFor(port, strangers) }
}

/**
 * A port that our service holds. /proc/net does not tell the interface of a socket: where the port can still be opened
 * alone, the service holds it on another one. Any other refusal proves nothing.
 */
export function judgeOurs(
  { pid }: Pick<Holder, 'pid'>,
  also: string,
  refusal: string | undefined,
): Omit<DoctorFinding, 'about' | 'expected'> {
  const got = `our service: pid ${pid} has this data folder's database open${also}`
  if (refusal !== undefined) return { outcome: 'ok', got }
  return {
    outcome: 'problem',
    got: `free, though our service runs (pid ${pid}): it serves other interfaces only${also}`,
    remedy:
      'Restart the service, which opens the ports of a segment at its start; its log tells what it could not open.',
  }
}

const overlaps = (socket: ListeningSocket, port: Port): boolean =>
  socket.address === ANY || port.address === ANY || socket.address === port.address

function remedyFor({ says, port }: Port, strangers: string[]): string {
  const stop =
    strangers.length > 0 ? `Stop ${strangers.join(', ')}` : `Find it as root with: ss -lpn 'sport = :${port}'`
  const fixed = ['DHCP', 'TFTP'].includes(says)
  return fixed ? `${stop}, or keep it off this interface.` : `${stop}, or set another port in slipway.yaml.`
}

/** Opens the port for a moment, alone; undefined when that went well, else the kernel's name for the reason. */
async function tryToOpen(port: Port): Promise<string | undefined> {
  try {
    await (port.interface === undefined ? openTcp(port) : openUdp({ ...port, interface: port.interface }))
    return undefined
  } catch (error) {
    if (error instanceof AppError) return String(error.details.name)
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

async function openUdp({ interface: device, address, port }: { interface: string; address: string; port: number }) {
  const socket = await openUdpSocket({ interface: device, address, port, alone: true })
  await new Promise<void>((resolve) => socket.close(resolve))
}

function openTcp({ address, port }: Port): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve()))
  })
}
