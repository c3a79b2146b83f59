import { execa } from 'execa'
import { type BenchFirmware, bootIndex, firmwareArguments, romArgument } from './bench-firmware.ts'
import type { BenchNetwork } from './bench-network.ts'
import { followSerial, type SerialConsole } from './serial-console.ts'

/** A QEMU machine of the bench with one disk. Memory in MiB; `variables` is the file of a UEFI machine's variables. */
export type VirtualMachineWish = {
  name: string
  firmware: BenchFirmware
  variables: string | undefined
  mac: string
  uuid: string
  serial: string
  /** What the firmware tells of the make, where it is not the bench's own. */
  make?: { vendor: string; product: string } | undefined
  disk: string
  /** Disks behind the first, by their serial numbers. */
  moreDisks?: { file: string; serial: string }[]
  /** A second drive, tried before all else, as a stick that somebody left in the machine. */
  stick: string | undefined
  tap: string
  hasDisplay?: boolean
  memory: number
  processors: number
  accelerator: 'kvm' | 'tcg'
}
export type VirtualMachine = {
  wish: VirtualMachineWish
  console: SerialConsole
  ended: Promise<unknown>
  /** The order to stop, which QEMU obeys at once: the guest hears nothing of it. */
  powerOff(): Promise<void>
  /** SIGKILL: what the guest had not flushed to its disk is lost with it. */
  cutPower(): Promise<void>
}

const OUR_KILL_SECONDS = 5

/** Switches a machine on. It runs until `powerOff`, through any restart of its own. */
export function startVirtualMachine(
  network: BenchNetwork,
  wish: VirtualMachineWish,
  onLine: (line: string) => void,
): VirtualMachine {
  const [command, args] = network.inside('qemu-system-x86_64', qemuArguments(wish))
  const child = execa(command, args, {
    ...{ stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', buffer: false, reject: false },
    forceKillAfterDelay: OUR_KILL_SECONDS * 1000,
  })
  const serial = followSerial(child.stdout, onLine)
  child.stderr.on('data', (part: Buffer) => onLine(`qemu: ${part.toString('utf8').trim()}`))
  return {
    wish,
    console: serial,
    ended: child,
    powerOff: async () => {
      child.kill('SIGTERM')
      await child
    },
    cutPower: async () => {
      child.kill('SIGKILL')
      await child
    },
  }
}

/** QEMU's arguments for a machine whose boot order is the one of production: network first, then its disk. */
export function qemuArguments(wish: VirtualMachineWish): string[] {
  // One thread for all emulated processors: with one thread each, QEMU 7.2 was seen to hang a busy guest for good.
  const acceleration = wish.accelerator === 'kvm' ? 'kvm' : 'tcg,thread=single'
  const { vendor, product } = wish.make ?? { vendor: 'Slipway', product: 'Bench' }
  return [
    ...['-name', wish.name, '-accel', acceleration],
    ...firmwareArguments(wish.firmware, wish.variables),
    ...[
      '-cpu',
      wish.accelerator === 'kvm' ? 'host' : 'qemu64',
      '-smp',
      String(wish.processors),
      '-m',
      String(wish.memory),
    ],
    ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-nodefaults'],
    ...[
      '-uuid',
      wish.uuid,
      '-smbios',
      `type=1,manufacturer=${vendor},product=${product},serial=${wish.serial},uuid=${wish.uuid}`,
    ],
    ...['-drive', `file=${wish.disk},if=none,id=d0,format=raw,cache=unsafe,discard=unmap,detect-zeroes=unmap`],
    ...['-device', `virtio-blk-pci,drive=d0,serial=${wish.serial}-d0${indexOf(wish, 2)}`],
    ...(wish.moreDisks ?? []).flatMap(diskArguments),
    ...(wish.stick === undefined ? [] : stickArguments(wish.stick)),
    ...['-netdev', `tap,id=n0,ifname=${wish.tap},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=n0,mac=${wish.mac}${romArgument(wish.firmware)}${indexOf(wish, 1)}`],
    ...['-device', 'virtio-rng-pci'],
    ...(wish.hasDisplay ? ['-device', 'VGA'] : []),
  ]
}

/** UEFI firmware that is told of a stick starts and boots nothing that it is not told of. */
const indexOf = (wish: VirtualMachineWish, index: number): string =>
  wish.stick === undefined ? bootIndex(wish.firmware, index) : `,bootindex=${index}`

const diskArguments = ({ file, serial }: { file: string; serial: string }, index: number): string[] => [
  ...['-drive', `file=${file},if=none,id=m${index},format=raw,cache=unsafe`],
  ...['-device', `virtio-blk-pci,drive=m${index},serial=${serial}`],
]

const stickArguments = (file: string): string[] => [
  ...['-drive', `file=${file},if=none,id=s0,format=raw,cache=unsafe,readonly=on`],
  ...['-device', 'virtio-blk-pci,drive=s0,bootindex=0'],
]
