import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import * as z from 'zod'
import { type ApiClient, createApiClient } from '../client/api-client.ts'
import type { HardwareProfile } from '../domain/hardware-profile.ts'
import { type Acceleration, probeAcceleration } from './acceleration.ts'
import { type BenchFirmware, makeVariables, memoryOf } from './bench-firmware.ts'
import { type BenchNetwork, createBenchNetwork } from './bench-network.ts'
import { makeDisk } from './blank-disk.ts'
import { type ServiceProcess, startService } from './service-process.ts'
import { startVirtualMachine, type VirtualMachine } from './virtual-machine.ts'

const ADDRESS = '10.77.0.1'
const PREFIX = 24
/** Emulated processors are about this much slower than those the deadlines are meant for. */
const EMULATION_FACTOR = 4
/** On a busy host an emulated timer ticks so late that the kernel takes it for broken, panics, and the machine boots again. */
const EMULATED_TIMER = ['no_timer_check']

export type BenchWish = {
  program: string
  cacheFolder: string
  fresh: boolean
  logLevel?: 'info' | 'debug'
  /** What the bench's segment gives UEFI machines of which nothing is known. */
  firstLoader?: 'shim' | 'ipxe'
  say(line: string): void
}
export type BenchMachineWish = {
  name: string
  number: number
  diskBytes: number
  firmware?: BenchFirmware
  /** What the firmware says of itself, where it is not the bench's own; all zeros are registered as none. */
  uuid?: string
  mac?: string
  make?: { vendor: string; product: string }
  /** What is registered of the machine: its MAC and UUID (the default), its MAC alone, or nothing. */
  registered?: 'wholly' | 'byMac' | 'not'
  /** How many times slower than alone this machine runs, because others run beside it. */
  slower?: number
  fill?: number
  /** A disk file that is there, instead of a new one. */
  disk?: string
  /** New disks behind the first. */
  moreDisks?: { bytes: number; serial: string; fill?: number }[]
  /** A screen, for a system that wants one; else it has the serial line alone. */
  hasDisplay?: boolean
  profile?: Partial<HardwareProfile>
}

/** `powerOn` with a `stick` puts that file into the machine as a drive that is tried first. */
export type BenchMachine = {
  disk: string
  moreDisks: string[]
  mac: string
  uuid: string
  powerOn(stick?: string): VirtualMachine
}

/** A whole site on one machine: network, real service, virtual machines. `remove` leaves nothing behind. */
export type Bench = {
  network: BenchNetwork
  service: ServiceProcess
  client: ApiClient
  /** Runs a command of the command line on this bench's data folder. */
  command: LocalCommand
  token: string
  dataFolder: string
  acceleration: Acceleration
  /** Registers a machine with a disk of its own; `fill` is the value of every byte on it. */
  addMachine(wish: BenchMachineWish, onLine: (line: string) => void): Promise<BenchMachine>
  restartService(): Promise<void>
  remove(): Promise<void>
}

/** Runs one command of the command line on the bench's data folder; its progress goes to our standard error. */
export type LocalCommand = (...args: string[]) => Promise<unknown>

/** Builds what is missing, starts the service in a namespace of its own and makes its segment. */
export async function createBench(wish: BenchWish, prepare: (command: LocalCommand) => Promise<void>): Promise<Bench> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
  const undo: (() => Promise<unknown>)[] = [() => rm(dataFolder, { recursive: true, force: true })]
  let removal: Promise<void> | undefined
  const remove = (): Promise<void> => {
    removal ??= undoAll(undo)
    return removal
  }
  try {
    const command = localCommand(wish, dataFolder)
    await prepare(command)
    const { token } = z
      .object({ token: z.string() })
      .parse(await command('user', 'add', 'bench', '--role', 'admin', '--token'))
    const acceleration = await probeAcceleration(join(dataFolder, 'ramdisk/cloud/vmlinuz'), wish.cacheFolder)
    const network = await createBenchNetwork(ADDRESS, PREFIX)
    undo.push(() => network.remove())
    const start = (): Promise<ServiceProcess> => startService(network, { ...wish, dataFolder })
    const bench = { network, command, token, dataFolder, acceleration, remove, service: await start() }
    undo.push(() => bench.service.kill('SIGTERM'))
    const client = createApiClient({ socket: bench.service.socket, token })
    await client.put('/segments/bench', {
      ...segmentOf(network.bridge),
      ...(wish.firstLoader ? { firstLoader: wish.firstLoader } : {}),
    })
    return Object.assign(bench, {
      client,
      restartService: async () => {
        bench.service = await start()
      },
      addMachine: (machine: BenchMachineWish, onLine: (line: string) => void) =>
        addMachine({ client, network, dataFolder, acceleration, undo }, machine, onLine),
    })
  } catch (error) {
    await remove()
    throw error
  }
}

/** The last thing made is removed first; what can not be removed does not keep the rest. */
async function undoAll(undo: (() => Promise<unknown>)[]): Promise<void> {
  for (const step of undo.splice(0).reverse()) await step().catch(() => {})
}

function localCommand(wish: BenchWish, dataFolder: string): LocalCommand {
  const env = { SLIPWAY_DATA_FOLDER: dataFolder, SLIPWAY_CACHE_FOLDER: wish.cacheFolder, SLIPWAY_LOG_LEVEL: 'warn' }
  return async (...args) => {
    const all = ['--no-warnings', wish.program, ...args, '--config', '/dev/null', '--json']
    const { stdout } = await execa(process.execPath, all, { env, stdin: 'ignore', stderr: 'inherit' })
    return stdout.trim() === '' ? undefined : JSON.parse(stdout)
  }
}

const segmentOf = (bridge: string) => ({
  name: 'bench',
  site: { name: 'bench', kind: 'build' },
  interface: bridge,
  address: ADDRESS,
  prefix: PREFIX,
  range: { first: '10.77.0.50', last: '10.77.0.250' },
  routerAdvertisement: 'empty',
})

type Parts = {
  client: ApiClient
  network: BenchNetwork
  dataFolder: string
  acceleration: Acceleration
  undo: (() => Promise<unknown>)[]
}

async function addMachine(parts: Parts, wish: BenchMachineWish, onLine: (line: string) => void): Promise<BenchMachine> {
  const { network, dataFolder, acceleration, undo } = parts
  const two = String(wish.number).padStart(2, '0')
  const [serial, tap] = [`BENCH${two}`, `tap${wish.number}`] as const
  const mac = wish.mac ?? `52:54:00:77:00:${two}`
  const uuid = wish.uuid ?? `00112233-4455-6677-8899-aabbccddee${two}`
  await register(parts, wish, { mac, uuid, serial })
  const disk = wish.disk ?? join(dataFolder, `${wish.name}.disk`)
  if (!wish.disk) await makeDisk(disk, wish.diskBytes, wish.fill)
  const moreDisks = await makeMoreDisks(wish, dataFolder)
  const firmware = wish.firmware ?? 'bios'
  const variables = await makeVariables(firmware, join(dataFolder, `${wish.name}.variables`))
  await network.addTap(tap)
  const powerOn = (stick?: string): VirtualMachine => {
    const shape = { memory: memoryOf(firmware), processors: acceleration === 'kvm' ? 2 : 1, accelerator: acceleration }
    const transcript = createWriteStream(join(dataFolder, `${wish.name}.console`), { flags: 'a' })
    const hear = (line: string): void => {
      transcript.write(`${line}\n`)
      onLine(line)
    }
    const machine = startVirtualMachine(
      network,
      {
        name: wish.name,
        firmware,
        variables,
        mac,
        uuid,
        serial,
        ...{ disk, moreDisks, stick, tap, make: wish.make, hasDisplay: wish.hasDisplay === true },
        ...shape,
      },
      hear,
    )
    undo.push(() => machine.powerOff())
    return machine
  }
  return { disk, moreDisks: moreDisks.map(({ file }) => file), mac, uuid, powerOn }
}

const makeMoreDisks = ({ name, moreDisks = [] }: BenchMachineWish, folder: string) =>
  Promise.all(
    moreDisks.map(async ({ bytes, serial, fill }, index) => {
      const file = join(folder, `${name}-${index + 1}.disk`)
      await makeDisk(file, bytes, fill)
      return { file, serial }
    }),
  )

/** What machines of the bench need of a hardware profile; `slower`: how many times slower than alone they run. */
export const benchProfile = (acceleration: Acceleration, slower = 1) => ({
  ramdisk: 'cloud' as const,
  deadlineFactor: (acceleration === 'tcg' ? EMULATION_FACTOR : 1) * slower,
  kernelArguments: EMULATED_TIMER,
})

/** A profile and a machine of its own, as far as it is to be known. */
async function register(
  { client, acceleration }: Parts,
  wish: BenchMachineWish,
  { mac, uuid, serial }: { mac: string; uuid: string; serial: string },
): Promise<void> {
  const { name, registered = 'wholly' } = wish
  if (registered === 'not') return
  const profile = `bench-${name}`
  await client.put(`/profiles/${profile}`, {
    name: profile,
    ...benchProfile(acceleration, wish.slower),
    ...wish.profile,
  })
  const machine = { name, macs: [mac], serial, profile }
  await client.put(`/machines/${name}`, registered === 'wholly' ? { ...machine, uuid } : machine)
}
