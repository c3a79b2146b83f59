import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { type Clock, systemClock } from '../../core/clock.ts'
import type { Neighbour } from '../../domain/inventory.ts'
import { runProgram } from '../run-program.ts'
import { type LldpFrame, parseLldpFrame } from './lldp-frame.ts'
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
  clock: Clock
  log(line: string): void
}

/** Twice the longest frame in hex, and the card's name. */
const MOST_LINE = 2 * 1518 + 64
const DEAF = 'neighbours are not heard'
const SCRIPT = '/usr/lib/slipway/hear-lldp.lua'

/** Hears LLDP on every card in the background; never throws: without the program no neighbour is heard. */
export function listenForNeighbours(sysfs: Sysfs, means: NeighbourMeans): Neighbours {
  const known = createKnown(means.clock)
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
      if (stopped || !mac || !frame || !known.take(mac, frame)) return
      for (const call of calls) call(mac, frame.neighbour)
    })
  }
  start().catch((error: unknown) => means.log(`${DEAF}: ${error instanceof Error ? error.message : error}`))
  return {
    heard: known.heard,
    onHeard: (call) => {
      calls.push(call)
      for (const [mac, neighbour] of known.heard()) call(mac, neighbour)
    },
    stop: () => {
      stopped = true
      ear?.stop()
    },
  }
}

/** The neighbours that are to be believed. Of several on one cable the first stays until it goes: each frame would change the answer. */
function createKnown(clock: Clock) {
  const known = new Map<string, { neighbour: Neighbour; until: number }>()
  return {
    heard: (): ReadonlyMap<string, Neighbour> =>
      new Map(
        [...known].filter(([, { until }]) => clock.now() < until).map(([mac, { neighbour }]) => [mac, neighbour]),
      ),
    /** Whether the frame is news. */
    take: (mac: string, { neighbour, seconds }: LldpFrame): boolean => {
      const before = known.get(mac)
      const isSame = before?.neighbour.chassis === neighbour.chassis && before.neighbour.port === neighbour.port
      if (before && !isSame && clock.now() < before.until) return false
      if (seconds === 0) known.delete(mac)
      else known.set(mac, { neighbour, until: clock.now() + seconds * 1000 })
      return seconds > 0 && JSON.stringify(before?.neighbour) !== JSON.stringify(neighbour)
    },
  }
}

function onEachLine(lines: Readable, call: (line: string) => void): void {
  let rest = ''
  lines.on('data', (part: Buffer | string) => {
    const all = (rest + part.toString()).split('\n')
    rest = all.pop()!.slice(0, MOST_LINE + 1)
    for (const line of all) if (line.length <= MOST_LINE) call(line)
  })
  lines.on('error', () => {})
}

/** How the ramdisk wakes cards and hears frames. */
export const ramdiskEars = (log: NeighbourMeans['log'], script = SCRIPT): NeighbourMeans => ({
  log,
  clock: systemClock,
  wake: async (card) => {
    // Only to hear: no router on that cable is to give the machine an address or a way.
    await writeFile(`/proc/sys/net/ipv6/conf/${card}/disable_ipv6`, '1').catch(() => {})
    await runProgram('ip', ['link', 'set', card, 'up'])
  },
  listen: (cards) => {
    const child = spawn('luajit', [script, ...cards], { stdio: ['ignore', 'pipe', 'ignore'] })
    child.on('error', (error) => log(`${DEAF}: ${error.message}`))
    return { lines: child.stdout, stop: () => child.kill() }
  },
})
