import { readdir, readFile, readlink, realpath } from 'node:fs/promises'
import { printable } from '../../core/printable.ts'

/** A socket that takes packets or connections on a port; IPv6 wildcards count as 0.0.0.0, for they take IPv4 too. */
export type ListeningSocket = { protocol: 'udp' | 'tcp'; address: string; port: number; inode: string }
/** A process of this host, by the name it gave itself; `holdsData`: it has the database of the data folder open. */
export type Holder = { pid: number; name: string; holdsData: boolean }

const LISTENING = { udp: '07', tcp: '0A' } as const
const ANY = '0.0.0.0'

/** Every listening socket of this network namespace, from /proc/net (proc(5)). */
export async function listeningSockets(): Promise<ListeningSocket[]> {
  const tables = (['udp', 'tcp'] as const).flatMap((protocol) =>
    [protocol, `${protocol}6`].map((name) => ({ protocol, name })),
  )
  const read = await Promise.all(
    tables.map(async ({ protocol, name }) =>
      parseSockets(protocol, await readFile(`/proc/net/${name}`, 'utf8').catch(() => '')),
    ),
  )
  return read.flat()
}

/** The listening rows of one table of /proc/net; rows of other IPv6 addresses are left out. */
export const parseSockets = (protocol: 'udp' | 'tcp', table: string): ListeningSocket[] =>
  table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const fields = line.trim().split(/\s+/)
      const [local, state, inode] = [fields[1], fields[3], fields[9]]
      if (!local || !inode || state !== LISTENING[protocol]) return []
      const [hex, port] = local.split(':') as [string, string]
      const address = addressOf(hex)
      return address === undefined ? [] : [{ protocol, address, port: Number.parseInt(port, 16), inode }]
    })

/** Addresses stand there as 32-bit words in the order of the host, which is little-endian. */
function addressOf(hex: string): string | undefined {
  if (/^0{32}$/.test(hex)) return ANY
  const mapped = /^0{16}FFFF0000([0-9A-F]{8})$/.exec(hex)?.[1]
  const word = hex.length === 8 ? hex : mapped
  return word && [6, 4, 2, 0].map((at) => Number.parseInt(word.slice(at, at + 2), 16)).join('.')
}

/** The processes that hold sockets, by inode, without this one or with it. What other users run is only seen by root. */
export async function socketHolders(databaseFile: string, withOwn = false): Promise<Map<string, Holder>> {
  const database = await realpath(databaseFile).catch(() => databaseFile)
  const holders = new Map<string, Holder>()
  const pids = (await readdir('/proc')).filter(
    (name) => /^\d+$/.test(name) && (withOwn || name !== String(process.pid)),
  )
  for (const pid of pids) {
    const links = await openFiles(pid)
    const inodes = links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [])
    if (inodes.length === 0) continue
    const name = processName(await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => 'ended'))
    for (const inode of inodes) holders.set(inode, { pid: Number(pid), name, holdsData: links.includes(database) })
  }
  return holders
}

/** /proc/PID/comm without its newline. Any process may choose its own, and others read it as root. */
export const processName = (comm: string): string => printable(comm.trim())

async function openFiles(pid: string): Promise<string[]> {
  const folder = `/proc/${pid}/fd`
  const numbers = await readdir(folder).catch(() => [])
  return Promise.all(numbers.map((number) => readlink(`${folder}/${number}`).catch(() => '')))
}
