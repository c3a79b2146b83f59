import { availableParallelism } from 'node:os'
import * as z from 'zod'
import { drawWhy } from '../domain/run/draw-why.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import { isEnd } from '../domain/run/run-states.ts'
import type { RunWhy } from '../domain/run/run-why.ts'
import { type Bench, type BenchMachine, createBench, type LocalCommand } from './bench.ts'
import { BENCH_FIRMWARE, type BenchFirmware, hasSecureBoot } from './bench-firmware.ts'
import { relayToSocket } from './socket-relay.ts'
import { drawStages, type Stage, stagesOf } from './stage-table.ts'

const RECIPE = 'debian-12-minimal'
const DISK_BYTES = 2 * 1024 ** 3
const POLL_MILLISECONDS = 250

export type DemoWish = {
  program: string
  cacheFolder: string
  fresh: boolean
  keep: boolean
  firmware: BenchFirmware
  /** How many machines are provisioned at once. */
  machines: number
  /** A step's headline, a line of detail below it, a line of the machine's console. */
  say(line: string): void
  showEvent(run: Run, event: RunEvent): void
  showProgress(line: string): void
  stop: AbortSignal
}
/** `why` draws, for a run that was not verified, how far it came and what stopped it. */
type DemoRun = { run: Run; events: RunEvent[]; stages: Stage[]; why: string | undefined }
export type DemoResult = { runs: DemoRun[]; seconds: { prepare: number; deploy: number; all: number } }

/** The first-success path: build what is missing, start the real service, provision blank machines, show their runs. */
export async function runDemo(wish: DemoWish): Promise<DemoResult> {
  const started = Date.now()
  wish.say('1/4  Ramdisk, golden image and service')
  const firstLoader = hasSecureBoot(wish.firmware) ? 'shim' : 'ipxe'
  const bench = await createBench({ ...wish, firstLoader }, (command) => prepareDemo(command, wish.fresh))
  wish.stop.addEventListener('abort', () => void bench.remove())
  try {
    const how = bench.acceleration === 'kvm' ? 'KVM' : 'emulated: KVM does not run guests here'
    const what = wish.machines === 1 ? 'A blank machine' : `${wish.machines} blank machines`
    wish.say(`2/4  ${what} in a network of ${wish.machines === 1 ? 'its' : 'their'} own (${how})`)
    wish.say(`     firmware: ${BENCH_FIRMWARE[wish.firmware].says}`)
    const names = Array.from({ length: wish.machines }, (_, index) => `demo-${index + 1}`)
    const machines = await Promise.all(names.map((name, index) => addDemoMachine(bench, wish, name, index + 1)))
    wish.say('3/4  From network boot to proof')
    const prepared = Date.now()
    const runs = await Promise.all(
      names.map(async (machine) => (await bench.client.post('/runs', { machine, image: RECIPE })) as Run),
    )
    for (const machine of machines) machine.powerOn()
    const ended = await followAll(bench, runs, wish)
    const all = (Date.now() - started) / 1000
    const prepare = (prepared - started) / 1000
    wish.say('4/4  Where the time went\n')
    for (const { run, stages } of ended) wish.say(`${drawStages(stages, names.length > 1 ? run.machine : '')}\n`)
    if (wish.keep) await keepOpen(bench, wish)
    return { runs: ended, seconds: { prepare, deploy: all - prepare, all } }
  } finally {
    await bench.remove()
  }
}

/** Machines that share the processors are each as much slower. */
function addDemoMachine(bench: Bench, wish: DemoWish, name: string, number: number): Promise<BenchMachine> {
  const { firmware, machines } = wish
  const slower = Math.max(1, machines / availableParallelism())
  return bench.addMachine({ name, number, firmware, slower, diskBytes: DISK_BYTES }, () => {})
}

/** Ramdisk and golden image of the demo, from the cache where they are still valid. */
export async function prepareDemo(command: LocalCommand, fresh: boolean): Promise<void> {
  const flags = fresh ? ['--fresh'] : []
  await command('agent', 'build', '--flavour', 'cloud', ...flags)
  await command('image', 'build', RECIPE, ...flags)
}

type Seen = Run & { progress?: Progress }
type Progress = { step: string; doneBytes: number; totalBytes: number; bytesPerSecond: number; etaSeconds?: number }

/** Shows every event of every run as it happens, and one line of progress for all, until the last run has ended. */
async function followAll(bench: Bench, runs: Run[], wish: DemoWish): Promise<DemoRun[]> {
  const lines = new Map<string, string>()
  const ended = await Promise.all(
    runs.map((run) =>
      follow(bench, run, wish, (line) => {
        lines.set(run.machine, line)
        wish.showProgress([...lines].map(([name, text]) => (runs.length > 1 ? `${name} ${text}` : text)).join('  ·  '))
      }),
    ),
  )
  return ended
}

async function follow(bench: Bench, run: Run, wish: DemoWish, show: (line: string) => void): Promise<DemoRun> {
  const all: RunEvent[] = []
  for (;;) {
    wish.stop.throwIfAborted()
    const now = (await bench.client.get(`/runs/${run.id}`)) as Seen
    const events = (await bench.client.get(`/runs/${run.id}/events?after=${all.at(-1)?.seq ?? 0}`)) as RunEvent[]
    for (const event of events) wish.showEvent(now, event)
    all.push(...events)
    if (isEnd(now.state))
      return { run: now, events: all, stages: stagesOf(now, all), why: await whyNot(bench, now, all) }
    const { progress } = now
    const moving = progress && progress.totalBytes > 0 && progress.step === now.state
    show(moving ? progressLine(progress) : `${now.state}, ${((Date.now() - now.stateSince) / 1000).toFixed(0)} s`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS))
  }
}

async function whyNot(bench: Bench, run: Run, events: RunEvent[]): Promise<string | undefined> {
  if (run.state === 'verified') return undefined
  return drawWhy(run, events, (await bench.client.get(`/runs/${run.id}/why`)) as RunWhy)
}

function progressLine(progress: Progress): string {
  const share = progress.doneBytes / progress.totalBytes
  const full = Math.round(share * 24)
  const rate = (progress.bytesPerSecond / 1e6).toFixed(0)
  const left = progress.etaSeconds === undefined ? '' : `, ${progress.etaSeconds} s left`
  return `${progress.step} ${'█'.repeat(full)}${'░'.repeat(24 - full)} ${Math.floor(share * 100)} %, ${rate} MB/s${left}`
}

async function keepOpen(bench: Bench, wish: DemoWish): Promise<void> {
  const relay = await relayToSocket(bench.service.socket)
  const link = z.object({ link: z.string() }).parse(await bench.command('user', 'add', 'demo', '--role', 'admin'))
  wish.say(`The service goes on. Console: ${relay.url}${new URL(link.link).pathname}${new URL(link.link).hash}`)
  wish.say('Open it, choose a password, look around. Ctrl-C ends the demo and removes everything it made.')
  await new Promise<void>((resolve) => wish.stop.addEventListener('abort', () => resolve()))
  await relay.close()
}
