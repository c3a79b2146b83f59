import { homedir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { type BenchFirmware, firmwareArguments, memoryOf } from '../../src/lab/bench-firmware.ts'
import { followSerial, type SerialConsole } from '../../src/lab/serial-console.ts'

/** A medium in the machine: a CD, or a stick of any size that can be written. */
export type Medium = { kind: 'cd' | 'stick'; file: string }

/** A machine without any network. `variables` is the file of a UEFI machine's variables; the medium is tried first. */
export type LoneMachineWish = {
  firmware: BenchFirmware
  variables: string | undefined
  disks: string[]
  medium?: Medium | undefined
  accelerator: 'kvm' | 'tcg'
  more?: string[]
}

export const CACHE_FOLDER = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'slipway')

export type LoneMachine = { console: SerialConsole; ended: Promise<unknown>; powerOff(): Promise<void> }

/** Switches it on. `ended` resolves when it switched itself off, or was. */
export function startLoneMachine(wish: LoneMachineWish): LoneMachine {
  const child = execa('qemu-system-x86_64', qemuArguments(wish), {
    ...{ stdin: 'ignore', stdout: 'pipe', stderr: 'inherit', buffer: false, reject: false },
  })
  const powerOff = async (): Promise<void> => {
    child.kill('SIGTERM')
    await child
  }
  return { console: followSerial(child.stdout, () => {}), ended: child, powerOff }
}

function qemuArguments({ firmware, variables, disks, medium, accelerator, more = [] }: LoneMachineWish): string[] {
  const acceleration = accelerator === 'kvm' ? ['kvm', 'host'] : ['tcg,thread=single', 'qemu64']
  const drive = (file: string, id: string, option: string): string[] => [
    ...['-drive', `file=${file},if=none,id=${id},format=raw,cache=unsafe,${option}`],
  ]
  return [
    ...['-accel', acceleration[0]!, '-cpu', acceleration[1]!, '-m', String(Math.max(memoryOf(firmware), 1280))],
    ...firmwareArguments(firmware, variables),
    ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-nodefaults', '-no-reboot'],
    ...['-device', 'virtio-rng-pci'],
    ...(medium ? mediumArguments(medium, drive) : []),
    ...disks.flatMap((file, at) => [
      ...drive(file, `d${at}`, 'discard=unmap,detect-zeroes=unmap'),
      ...['-device', `virtio-blk-pci,drive=d${at},bootindex=${at + 1}`],
    ]),
    ...more,
  ]
}

function mediumArguments(
  { kind, file }: Medium,
  drive: (file: string, id: string, option: string) => string[],
): string[] {
  if (kind === 'cd') return [...drive(file, 'm0', 'readonly=on'), '-device', 'ide-cd,drive=m0,bootindex=0']
  return [...drive(file, 'm0', 'readonly=off'), '-device', 'qemu-xhci', '-device', 'usb-storage,drive=m0,bootindex=0']
}
