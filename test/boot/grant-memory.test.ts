import { expect, it } from 'vitest'
import { createGrantMemory } from '../../src/boot/grant-memory.ts'
import type { BootDecision } from '../../src/domain/boot.ts'

const GRANT = { kind: 'grant', runId: 'r', session: 1 } as const
const LOCAL = { kind: 'local', why: 'no run under grant' } as const

/** A memory over a decision that can be changed, and a clock that only we move. */
function openMemory() {
  const state = { decision: GRANT as BootDecision, asked: 0, ms: 1000 }
  const decide = async (): Promise<BootDecision> => {
    state.asked++
    return state.decision
  }
  return { state, memory: createGrantMemory(decide, { now: () => state.ms }, 500) }
}

it('asks once for many chunks, and again after its time', async () => {
  const { state, memory } = openMemory()
  for (const ms of [1000, 1200, 1499]) {
    state.ms = ms
    expect(await memory.decideForMac('m')).toEqual(GRANT)
  }
  expect(state.asked).toBe(1)
  state.ms = 1500
  await memory.decideForMac('m')
  expect(state.asked).toBe(2)
})

it('forgets a grant at once when its run changes', async () => {
  const { state, memory } = openMemory()
  await memory.decideForMac('m')
  state.decision = LOCAL
  memory.forget('other')
  expect(await memory.decideForMac('m')).toEqual(GRANT)
  memory.forget('r')
  expect(await memory.decideForMac('m')).toEqual(LOCAL)
})

it('does not remember what a change overtook', async () => {
  const gate = Promise.withResolvers<BootDecision>()
  let asked = 0
  const memory = createGrantMemory(() => (asked++ === 0 ? gate.promise : Promise.resolve(LOCAL)), { now: () => 0 }, 500)
  const first = memory.decideForMac('m')
  memory.forget('r')
  gate.resolve(GRANT)
  expect([await first, await memory.decideForMac('m')]).toEqual([GRANT, LOCAL])
})

it('never remembers a refusal, and nothing over a clock that was set back', async () => {
  const { state, memory } = openMemory()
  state.decision = LOCAL
  await memory.decideForMac('m')
  state.decision = GRANT
  expect(await memory.decideForMac('m')).toEqual(GRANT)
  state.ms = -10_000
  await memory.decideForMac('m')
  expect(state.asked).toBe(3)
})
