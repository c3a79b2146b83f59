import { createWriteStream } from 'node:fs'
import { execa } from 'execa'
import { printable } from '../core/printable.ts'
import { type Acceleration, probeAcceleration } from './acceleration.ts'
import { firmwareArguments, makeVariables } from './bench-firmware.ts'
import { createNewsJudge } from './console-news.ts'
import { followSerial } from './serial-console.ts'

/**
 * A machine without a network that starts a kernel and an initrd which it is handed, with a blank disk and maybe a CD.
 * Memory in MiB; its serial console is kept in the file `transcript`.
 */
export type InstallerMachineWish = {
  firmware: 'bios' | 'uefi'
  memoryMiB: number
  kernel: string
  initrd: string
  kernelArguments: readonly string[]
  disc: string | undefined
  disk: string
  transcript: string
  timeoutMs: number
  silenceMs: number
}

/** `off`: it switched itself off or restarted. `broken`: QEMU ended by itself, `why` says what of. */
export type InstallerMachineEnd = { end: 'off' | 'late' | 'silent' | 'panicked' | 'broken'; why?: string }

const OUR_KILL_MS = 5000
/** How often a silence is looked at, in its own length. */
const LOOKS = 10
const PANIC = 'Kernel panic - not syncing'

/** Runs the machine to its end, which its deadline, a silent console or `signal` may bring. `onLine` hears the console. */
export async function runInstallerMachine(
  wish: InstallerMachineWish,
  cacheFolder: string,
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<InstallerMachineEnd> {
  const accelerator = await probeAcceleration(wish.kernel, cacheFolder)
  const variables = await makeVariables(wish.firmware, `${wish.disk}.variables`)
  const child = execa('qemu-system-x86_64', installerArguments(wish, accelerator, variables), {
    ...{ stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', buffer: false, reject: false },
    ...{ forceKillAfterDelay: OUR_KILL_MS, ...(signal && { cancelSignal: signal }) },
  })
  let end: InstallerMachineEnd['end'] = 'off'
  const stop = (why: 'late' | 'silent' | 'panicked'): void => {
    end = why
    child.kill('SIGTERM')
  }
  const transcript = createWriteStream(wish.transcript)
  const silence = watchSilence(wish.silenceMs, () => stop('silent'))
  const console = followSerial(child.stdout, (line) => {
    onLine(printable(line))
    if (line.includes(PANIC)) stop('panicked')
  })
  child.stdout.on('data', (part: string) => {
    transcript.write(part, 'latin1')
    silence.hear(part)
  })
  let complaint = ''
  child.stderr.on('data', (part: Buffer) => {
    complaint += part.toString('utf8')
  })
  const deadline = setTimeout(() => stop('late'), wish.timeoutMs)
  const result = await child
  clearTimeout(deadline)
  silence.end()
  transcript.end()
  const unfinished = console.text().split('\n').at(-1)!
  if (unfinished.trim() !== '') onLine(printable(unfinished))
  if (end !== 'off' || !result.failed) return { end }
  return { end: 'broken', why: (complaint.trim() || String(result.signal ?? result.exitCode)).slice(-400) }
}

/** Calls `onSilent` once when nothing new was heard for so long. */
function watchSilence(silenceMs: number, onSilent: () => void): { hear(text: string): void; end(): void } {
  const isNews = createNewsJudge()
  let heard = ''
  let quietLooks = 0
  const timer = setInterval(() => {
    quietLooks = isNews(heard) ? 0 : quietLooks + 1
    heard = ''
    if (quietLooks === LOOKS) onSilent()
  }, silenceMs / LOOKS)
  return {
    hear: (text) => {
      heard += text
    },
    end: () => clearInterval(timer),
  }
}

/** QEMU's arguments. A restart ends it, or the installer would begin again; the serial console comes last, so it is the kernel's own. */
export function installerArguments(
  wish: InstallerMachineWish,
  accelerator: Acceleration,
  variables: string | undefined,
): string[] {
  const [acceleration, cpu, processors] =
    accelerator === 'kvm' ? ['kvm', 'host', '2'] : ['tcg,thread=single', 'qemu64', '1']
  const emulated = accelerator === 'tcg' ? ['no_timer_check'] : []
  const append = [...wish.kernelArguments, ...emulated, 'console=ttyS0,115200'].join(' ')
  return [
    ...['-name', 'installer', '-accel', acceleration!, '-cpu', cpu!, '-smp', processors!, '-m', String(wish.memoryMiB)],
    ...firmwareArguments(wish.firmware, variables),
    ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-nodefaults', '-no-reboot'],
    ...['-kernel', wish.kernel, '-initrd', wish.initrd, '-append', append],
    ...['-drive', `file=${wish.disk},if=none,id=d0,format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap`],
    ...['-device', 'virtio-blk-pci,drive=d0,serial=installed-disk', '-device', 'virtio-rng-pci'],
    ...(wish.disc === undefined ? [] : discArguments(wish.disc)),
  ]
}

/** On the board's own IDE or AHCI, for which every installer has a driver. */
const discArguments = (disc: string): string[] => [
  ...['-drive', `file=${disc},if=none,id=c0,format=raw,readonly=on`],
  ...['-device', 'ide-cd,drive=c0'],
]
