import * as z from 'zod'
import type { Run, RunEvent } from '../domain/run/run.ts'
import { isEnd } from '../domain/run/run-states.ts'
import { type Bench, createBench, type LocalCommand } from './bench.ts'
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
  /** A step's headline, a line of detail below it, a line of the machine's console. */
  say(line: string): void
  showEvent(run: Run, event: RunEvent): void
  showProgress(line: string): void
  stop: AbortSignal
}
export type DemoResult = {
  run: Run
  events: RunEvent[]
  stages: Stage[]
  seconds: { prepare: number; deploy: number; all: number }
}

/** The first-success path: build what is missing, start the real service, provision one blank machine, show its run. */
export async function runDemo(wish: DemoWish): Promise<DemoResult> {
  const started = Date.now()
  wish.say('1/4  Ramdisk, golden image and service')
  const bench = await createBench(wish, (command) => prepareDemo(command, wish.fresh))
  wish.stop.addEventListener('abort', () => void bench.remove())
  try {
    wish.say(
      `2/4  A blank machine in its own network (${bench.acceleration === 'kvm' ? 'KVM' : 'emulated: KVM does not run guests here'})`,
    )
    const machine = await bench.addMachine({ name: 'demo-1', number: 1, diskBytes: DISK_BYTES }, () => {})
    wish.say('3/4  One run, from network boot to proof')
    const prepared = Date.now()
    const run = (await bench.client.post('/runs', { machine: 'demo-1', image: RECIPE })) as Run
    machine.powerOn()
    const ended = await follow(bench, run, wish)
    const events = (await bench.client.get(`/runs/${run.id}/events`)) as RunEvent[]
    const stages = stagesOf(ended, events)
    const all = (Date.now() - started) / 1000
    wish.say(`4/4  Where the time went\n\n${drawStages(stages)}\n`)
    if (wish.keep) await keepOpen(bench, wish)
    return {
      run: ended,
      events,
      stages,
      seconds: { prepare: (prepared - started) / 1000, deploy: all - (prepared - started) / 1000, all },
    }
  } finally {
    await bench.remove()
  }
}

/** Ramdisk and golden image of the demo, from the cache where they are still valid. */
export async function prepareDemo(command: LocalCommand, fresh: boolean): Promise<void> {
  const flags = fresh ? ['--fresh'] : []
  await command('agent', 'build', '--flavour', 'cloud', ...flags)
  await command('image', 'build', RECIPE, ...flags)
}

async function follow(bench: Bench, run: Run, wish: DemoWish): Promise<Run> {
  let after = 0
  for (;;) {
    wish.stop.throwIfAborted()
    const now = (await bench.client.get(`/runs/${run.id}`)) as Run & {
      progress?: { step: string; doneBytes: number; totalBytes: number; bytesPerSecond: number; etaSeconds?: number }
    }
    const events = (await bench.client.get(`/runs/${run.id}/events?after=${after}`)) as RunEvent[]
    for (const event of events) wish.showEvent(now, event)
    after = events.at(-1)?.seq ?? after
    if (isEnd(now.state)) return now
    const { progress } = now
    const moving = progress && progress.totalBytes > 0 && progress.step === now.state
    wish.showProgress(
      moving ? progressLine(progress) : `${now.state}, ${((Date.now() - now.stateSince) / 1000).toFixed(0)} s`,
    )
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS))
  }
}

function progressLine(progress: {
  step: string
  doneBytes: number
  totalBytes: number
  bytesPerSecond: number
  etaSeconds?: number
}): string {
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
