import type { Inventory } from '../../domain/inventory.ts'
import type { ProcessorSocket } from './smbios-facts.ts'
import type { Sysfs } from './sysfs.ts'

const CPUINFO_BYTES = 8 << 20

/** Model, threads, and sockets and cores of the whole machine: as the kernel counts them, else as the firmware does. */
export async function readProcessors(sysfs: Sysfs, sockets: readonly ProcessorSocket[]): Promise<Inventory['cpu']> {
  const cpus = (await sysfs.names('sys/devices/system/cpu')).filter((name) => /^cpu\d+$/.test(name))
  const text = (await sysfs.bytes('proc/cpuinfo', CPUINFO_BYTES))?.toString('utf8') ?? ''
  const { model, ...kernel } = parseCpuinfo(text)
  const cores = sockets.reduce((sum, socket) => sum + (socket.cores ?? Number.NaN), 0)
  const firmware = {
    ...(sockets.length > 0 ? { sockets: sockets.length } : {}),
    ...(cores > 0 ? { cores } : {}),
  }
  return {
    model: (model ?? sockets[0]?.model ?? 'unknown').slice(0, 256),
    threads: Math.max(1, cpus.length),
    ...firmware,
    ...kernel,
  }
}

/** What /proc/cpuinfo tells; sockets and cores only where it names them, as it does on x86. */
export function parseCpuinfo(text: string): { model?: string; sockets?: number; cores?: number } {
  const [sockets, cores] = [new Set<string>(), new Set<string>()]
  let model: string | undefined
  let socket: string | undefined
  for (const line of text.split('\n')) {
    const at = line.indexOf(':')
    if (at < 0) continue
    const [key, value] = [line.slice(0, at).trim(), line.slice(at + 1).trim()]
    if (key === 'model name') model ??= value || undefined
    if (key === 'processor') socket = undefined
    if (key === 'physical id') {
      socket = value
      sockets.add(value)
    }
    if (key === 'core id' && socket !== undefined) cores.add(`${socket}/${value}`)
  }
  return {
    ...(model === undefined ? {} : { model }),
    ...(sockets.size > 0 ? { sockets: sockets.size } : {}),
    ...(cores.size > 0 ? { cores: cores.size } : {}),
  }
}
