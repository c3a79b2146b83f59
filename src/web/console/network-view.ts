import type { Lease, PoolUse } from '../../domain/lease.ts'
import type { Segment } from '../../domain/segment.ts'
import { NOTICES, type SegmentNotice } from '../../domain/segment-notice.ts'
import type { Sighting } from '../../domain/sighting.ts'
import type { WithMachine } from '../api/network-routes.ts'
import { detailsOf } from './event-view.ts'

const MODES: Readonly<Record<Segment['mode'], { colour: string; says: string }>> = {
  authoritative: { colour: 'green', says: 'gives addresses and says how to boot' },
  proxy: { colour: 'blue', says: 'says how to boot; another server gives the addresses' },
  observe: { colour: 'orange', says: 'answers nothing, and shows what it would answer' },
  off: { colour: 'secondary', says: 'opens nothing' },
}

const UNKNOWN: Readonly<Record<Segment['unknownMachines'], string>> = {
  ignore: 'get nothing',
  discover: 'boot the agent, which describes them',
  menu: 'are asked on their screen',
}

/** A segment as a card: its mode in words, its place, whether it is served. */
export const segmentCard = (segment: Segment, isServed: boolean) => ({
  ...segment,
  ...{ place: `${segment.address}/${segment.prefix}`, modeColour: MODES[segment.mode].colour },
  modeSays: MODES[segment.mode].says,
  unknownSays: UNKNOWN[segment.unknownMachines],
  isBroken: !isServed && segment.mode !== 'off',
})

/** A pool as a bar: parts with number, share and place; undefined where no addresses are given. */
export function poolBar(use: PoolUse | undefined) {
  if (!use) return undefined
  const busy = use.offered + use.resting
  const free = Math.max(0, use.size - use.leased - busy)
  const counts = [
    { name: 'leased', part: 'own', count: use.leased },
    { name: 'offered or resting', part: 'rest', count: busy },
    { name: 'free', part: 'hole', count: free },
  ]
  const whole = Math.max(1, use.size)
  let at = 0
  const parts = counts.map((row) => {
    const [x, width] = [percent(at, whole), percent(row.count, whole)]
    at += row.count
    return { ...row, x, width }
  })
  const says = counts.map(({ name, count }) => `${count} ${name}`).join(', ')
  return { parts, size: use.size, says, isFull: use.size > 0 && free === 0 }
}

const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(2)}%`

const LEASE_WORDS: Readonly<Record<Lease['state'], string>> = {
  bound: 'leased',
  released: 'given back',
  declined: 'resting',
}

/** A lease as a row: what its state means now. */
export function leaseRow(lease: WithMachine<Lease>, now: number) {
  const isOver = lease.state !== 'released' && lease.expiresAt <= now
  const state = isOver ? 'expired' : LEASE_WORDS[lease.state]
  const colour = state === 'leased' ? 'green' : state === 'resting' ? 'orange' : 'secondary'
  return { ...lease, state, colour, forEver: lease.expiresAt - lease.updatedAt >= FOR_EVER_MS }
}

const FOR_EVER_MS = 0xffffffff * 1000

const COLOURS: Readonly<Record<string, string>> = {
  ...{
    offer: 'green',
    ack: 'green',
    informed: 'green',
    noted: 'green',
    complete: 'green',
    'own disk': 'green',
    done: 'green',
  },
  ...{ nak: 'orange', hold: 'orange', failed: 'orange', conflict: 'red' },
}
const TOLD = new Set(['stage', 'messageType', 'answer', 'address', 'why', 'segment'])

/** One exchange as a row: who asked what, what was said or would have been, and why not. */
export function sightingRow({ at, mac, machine, what, detail }: WithMachine<Sighting>) {
  const { stage, messageType, address, why } = detail
  const [protocol = '', ...rest] = what.split(' ')
  const said = rest.join(' ')
  const answer = said === 'ignored' ? 'no answer' : said === 'would ignored' ? 'would not answer' : said
  return {
    ...{ at, mac, machine, why, address, answer },
    asked: [protocol.toUpperCase(), messageType, stage].filter(Boolean).join(' · '),
    colour: COLOURS[said] ?? (said.startsWith('would ') ? 'blue' : 'secondary'),
    more: detailsOf(detail).filter(({ name }) => !TOLD.has(name)),
  }
}

/** A notice with its name, its remedy and the first of the holders that it lists. */
export const noticeRow = (notice: SegmentNotice) => ({
  ...notice,
  ...{ title: NOTICES[notice.kind].says, remedy: NOTICES[notice.kind].remedy },
  holderCount: notice.holders?.length,
})
