import { rename, stat } from 'node:fs/promises'
import * as z from 'zod'
import { AppError } from '../core/errors.ts'
import { drawWhy } from '../domain/run/draw-why.ts'
import { eventLine } from '../domain/run/event-line.ts'
import type { Run, RunEvent } from '../domain/run/run.ts'
import { isEnd } from '../domain/run/run-states.ts'
import type { RunWhy } from '../domain/run/run-why.ts'
import { type BootFacts, bootFacts } from '../image/manifest.ts'
import { type Bench, createBench } from './bench.ts'

/** A disk file to be captured, and the new file where the captured disk goes. `program`: the command line, which the bench serves with. */
export type CaptureWish = {
  disk: string
  target: string
  image: string
  version: string
  firmware: 'bios' | 'uefi'
  program: string
  cacheFolder: string
}

const MACHINE = 'source'
const POLL_MS = 250

/**
 * Captures a disk by a run of a bench of its own: a machine with that disk boots the agent, and what comes of it leaves the
 * bench's library as a raw disk. Returns what the agent found on it. Throws lab.failed with why the run ended otherwise.
 */
export async function captureDisk(
  wish: CaptureWish,
  onLine: (line: string) => void,
  signal?: AbortSignal,
): Promise<BootFacts> {
  const { disk, target, image, version, firmware } = wish
  const bench = await createBench({ ...wish, fresh: false, say: onLine }, async (command) => {
    await command('agent', 'build', '--flavour', 'cloud')
  })
  try {
    const shape = { name: MACHINE, number: 1, firmware, disk, diskBytes: (await stat(disk)).size }
    const machine = await bench.addMachine(shape, () => {})
    const { id } = (await bench.client.post('/runs', { kind: 'capture', machine: MACHINE, image, version })) as Run
    machine.powerOn()
    await follow(bench, id, onLine, signal)
    const exported = `${disk}.captured`
    await bench.command('image', 'export', image, version, '--usb', exported)
    const { manifest } = shown.parse(await bench.command('image', 'show', image, '--version', version))
    await rename(exported, target)
    return manifest.boot
  } finally {
    await bench.remove()
  }
}

const shown = z.object({ manifest: z.object({ boot: bootFacts }) })

/** Shows every event of the run as a line until it has ended. Throws lab.failed unless it was verified. */
async function follow(bench: Bench, id: string, onLine: (line: string) => void, signal?: AbortSignal): Promise<void> {
  const all: RunEvent[] = []
  for (;;) {
    signal?.throwIfAborted()
    const run = (await bench.client.get(`/runs/${id}`)) as Run
    const events = (await bench.client.get(`/runs/${id}/events?after=${all.at(-1)?.seq ?? 0}`)) as RunEvent[]
    for (const event of events) onLine(eventLine(run, event).trim())
    all.push(...events)
    if (run.state === 'verified') return
    if (isEnd(run.state)) {
      const why = drawWhy(run, all, (await bench.client.get(`/runs/${id}/why`)) as RunWhy)
      throw new AppError('lab.failed', `expected the disk to be captured, got a run that ended ${run.state}\n${why}`)
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}
