import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { Neighbour } from '../../domain/inventory.ts'
import { runProgram } from '../run-program.ts'
import { parseLldpFrame } from './lldp-frame.ts'
import { readNics } from './nics.ts'
import type { Sysfs } from './sysfs.ts'

type OnHeard = (mac: string, neighbour: Neighbour) => void

/** The neighbours of a machine's cards, by the card's MAC. They speak every 30 s or so: who asks early hears of none. */
export type Neighbours = {
  heard(): ReadonlyMap<string, Neighbour>
  /** Calls back for each that was heard already, and for each that is new or says something else. */
  onHeard(call: OnHeard): void
  stop(): void
}

/** A program that prints a line `<card> <frame in hex>` for each LLDP frame that the cards hear. */
export type LldpEar = { lines: Readable; stop(): void }

export type NeighbourMeans = {
  /** Switches a card on, so that it can hear at all. */
  wake(card: string): Promise<void>
  listen(cards: string[]): LldpEar
  log(line: string): void
}

/** Twice the longest frame in hex, and the card's name. */
const MOST_LINE = 2 * 1518 + 64
const SCRIPT = '/usr/lib/slipway/hear-lldp.lua'

/** Hears LLDP on every card in the background; never throws: without the program no neighbour is heard. */
export function listenForNeighbours(sysfs: Sysfs, means: NeighbourMeans): Neighbours {
  const heard = new Map<string, Neighbour>()
  const calls: OnHeard[] = []
  let ear: LldpEar | undefined
  let stopped = false
  const start = async (): Promise<void> => {
    const nics = await readNics(sysfs)
    await Promise.all(nics.filter(({ up }) => !up).map(({ name }) => means.wake(name).catch(() => {})))
    if (stopped || nics.length === 0) return
    ear = means.listen(nics.map(({ name }) => name))
    const macs = new Map(nics.map(({ name, mac }) => [name, mac]))
    onEachLine(ear.lines, (line) => {
      const [card = '', hex = ''] = line.split(' ')
      const mac = macs.get(card)
      const frame = parseLldpFrame(Buffer.from(hex, 'hex'))
      if (mac && frame && !stopped && keep(heard, mac, frame.neighbour, frame.goes))
        for (const call of calls) call(mac, frame.neighbour)
    })
  }
  start().catch((error: unknown) =>
    means.log(`neighbours are not heard: ${error instanceof Error ? error.message : error}`),
  )
  return {
    heard: () => heard,
    onHeard: (call) => {
      calls.push(call)
      for (const [mac, neighbour] of heard) call(mac, neighbour)
    },
    stop: () => {
      stopped = true
      ear?.stop()
    },
  }
}

/** Whether this is news. Of several on one cable the first stays until it goes, or the answer would change with each frame. */
function keep(heard: Map<string, Neighbour>, mac: string, neighbour: Neighbour, goes: boolean): boolean {
  const known = heard.get(mac)
  if (known && (known.chassis !== neighbour.chassis || known.port !== neighbour.port)) return false
  if (goes) heard.delete(mac)
  if (goes || JSON.stringify(known) === JSON.stringify(neighbour)) return false
  heard.set(mac, neighbour)
  return true
}

function onEachLine(lines: Readable, call: (line: string) => void): void {
  let rest = ''
  lines.on('data', (part: Buffer | string) => {
    const all = (rest + part.toString()).split('\n')
    rest = all.pop()!.slice(0, MOST_LINE)
    for (const line of all) if (line.length <= MOST_LINE) call(line)
  })
  lines.on('error', () => {})
}

/** How the ramdisk wakes cards and hears frames. */
export const ramdiskEars = (log: NeighbourMeans['log'], script = SCRIPT): NeighbourMeans => ({
  log,
  wake: async (card) => {
    await runProgram('ip', ['link', 'set', card, 'up'])
  },
  listen: (cards) => {
    const child = spawn('luajit', [script, ...cards], { stdio: ['ignore', 'pipe', 'ignore'] })
    child.on('error', (error) => log(`neighbours are not heard: ${error.message}`))
    return { lines: child.stdout, stop: () => child.kill() }
  },
})
