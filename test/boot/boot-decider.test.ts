import { beforeEach, describe, expect, it } from 'vitest'
import { createBootDecider, MAX_SESSIONS } from '../../src/boot/boot-decider.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import type { Run } from '../../src/domain/run/run.ts'
import type { RunState } from '../../src/domain/run/run-states.ts'

const mac = '52:54:00:00:00:01'
const uuid = '00112233-4455-6677-8899-aabbccddeeff'
const runOf = (state: RunState): Run => ({
  ...{ id: 'r', kind: 'deploy', machine: 'm', image: 'i', version: '1', manifestDigest: 'd', state, stateSince: 0 },
  ...{
    profile: HardwareProfile.parse({ name: 'p' }),
    deadlineAt: 1,
    createdAt: 0,
    endedAt: undefined,
    cause: undefined,
    retryOf: undefined,
  },
})
type Session = {
  runId: string
  number: number
  openedAt: number
  mac: string
  stage: 'firmware' | 'script' | 'agent'
  nonceHash: string | undefined
}

let world: {
  run: Run | undefined
  machine: { name: string; uuid?: string; unprovedBy: string | undefined } | undefined
  session: Session | undefined
  events: string[]
  /** Stages that were noted for the choice of a loader. */
  stages: string[]
  reasons: string[]
  policy: 'ignore' | 'discover' | 'menu'
  /** Registers the machine that was met. */
  discover(): NonNullable<typeof world.machine>
  /** Machines that were asked after again. */
  again: string[]
  now: number
}
beforeEach(() => {
  world = {
    run: runOf('awaitingBoot'),
    machine: { name: 'm', uuid, unprovedBy: undefined },
    session: undefined,
    events: [],
    stages: [],
    reasons: [],
    policy: 'ignore',
    discover: () => {
      world.machine = { name: 'new', unprovedBy: undefined }
      return world.machine
    },
    again: [],
    now: 1,
  }
})
const LOADER = { name: 'snponly.efi', why: 'why' }
const decider = createBootDecider({
  machines: { findByMac: async () => world.machine, findByUuid: async () => [] },
  runs: { findOpen: async () => world.run },
  sessions: {
    live: async () => world.session,
    save: async (session) => {
      world.session = session
    },
  },
  record: async (_id, type) => void world.events.push(type),
  loaders: { offer: async () => LOADER, noteStage: async (of, stage) => void world.stages.push(`${of} ${stage}`) },
  whyNotThere: async (_run, segment) => world.reasons.map((reason) => `${reason} on ${segment}`),
  strangers: {
    policyOf: async () => world.policy,
    discover: async () => world.discover(),
    again: async (machine) => void world.again.push(machine.name),
  },
  clock: { now: () => world.now },
})
const ask = (more: Partial<Parameters<typeof decider.decide>[0]> = {}, begins = true) =>
  decider.decide({ segment: 's', mac, uuid, arch: 0, stage: 'firmware', ...more }, begins)

describe('a machine under a grant', () => {
  it('opens one session for firmware and the iPXE that it loads', async () => {
    expect(await ask()).toEqual({ kind: 'grant', runId: 'r', session: 1, loader: LOADER })
    expect(await ask({}, false)).toEqual({ kind: 'grant', runId: 'r', session: 1, loader: LOADER })
    expect(await ask({ stage: 'ipxe' })).toEqual({ kind: 'grant', runId: 'r', session: 1 })
    expect(world.events).toEqual(['sessionOpened'])
  })

  it('opens the next session when it asks again after it had its script', async () => {
    await ask()
    await decider.reachedScript('r')
    expect(await ask()).toEqual({ kind: 'grant', runId: 'r', session: 2, loader: LOADER })
  })

  it('is stopped by the loop breaker', async () => {
    for (let number = 1; number <= MAX_SESSIONS; number += 1) {
      expect(await ask()).toMatchObject({ kind: 'grant', session: number })
      await decider.reachedScript('r')
    }
    expect(await ask()).toMatchObject({ kind: 'hold', runId: 'r' })
    expect(world.events.at(-1)).toBe('loopBroken')
  })

  it('never begins a session by a REQUEST, an HTTP request or an operating system', async () => {
    expect(await ask({}, false)).toMatchObject({ kind: 'local' })
    expect(await decider.decideForMac(mac)).toMatchObject({ kind: 'local' })
    expect(await ask({ stage: 'os' })).toMatchObject({ kind: 'local' })
    expect(world.session).toBeUndefined()
  })

  it('foresees the grant that its DISCOVER will be given, in a session or before one, and begins none', async () => {
    const foresee = () => decider.foresee({ segment: 's', mac, uuid, arch: 0, stage: 'firmware' })
    expect(await foresee()).toEqual({ kind: 'grant', runId: 'r', session: 0, loader: LOADER })
    expect([world.session, world.events]).toEqual([undefined, []])
    await ask()
    await decider.reachedScript('r')
    expect(await foresee()).toEqual({ kind: 'grant', runId: 'r', session: 1, loader: LOADER })
    expect([world.session, world.events]).toMatchObject([{ number: 1, stage: 'script' }, ['sessionOpened']])
  })

  it('gives nothing to another UUID under its MAC', async () => {
    expect(await ask({ uuid: uuid.replace('00', '99') })).toMatchObject({
      kind: 'ignore',
      why: expect.stringContaining(uuid),
    })
    expect(world.session).toBeUndefined()
  })

  it('does not take an all-zero UUID for another machine', async () => {
    expect(await ask({ uuid: '00000000-0000-0000-0000-000000000000' })).toMatchObject({ kind: 'grant' })
  })
})

it('takes iPXE’s first packet for proof of its loader, and only that', async () => {
  await ask()
  await ask({ stage: 'ipxe' }, false)
  await ask({ stage: 'os' })
  expect(world.stages).toEqual([])
  await ask({ stage: 'ipxe' })
  expect(world.stages).toEqual([`${mac} ipxe`])
})

describe('a machine without a grant', () => {
  it.each([
    ['no run', undefined],
    ['a run whose disk is written', runOf('written')],
    ['a run that boots its own disk', runOf('bootingOwnDisk')],
  ])('%s: its own disk', async (_name, run) => {
    world.run = run
    world.session = { runId: 'r', number: 1, openedAt: 0, mac, stage: 'agent', nonceHash: undefined }
    expect(await ask()).toMatchObject({ kind: 'local' })
    expect(await decider.decideForMac(mac)).toMatchObject({ kind: 'local' })
  })

  it('is held while its disk is not proved', async () => {
    world.run = undefined
    world.machine = { name: 'm', unprovedBy: 'r0' }
    expect(await ask()).toMatchObject({ kind: 'hold', runId: 'r0', loader: LOADER })
    expect(await decider.decideForMac(mac)).toMatchObject({ kind: 'hold' })
  })

  it('nobody registered is left alone', async () => {
    world.machine = undefined
    expect(await ask()).toMatchObject({ kind: 'ignore' })
    expect(await decider.decideForMac(mac)).toMatchObject({ kind: 'ignore' })
  })
})

describe('a machine whose run’s image may not go to its segment', () => {
  it('gets no session, and the run ends with what is missing', async () => {
    world.reasons = ['no approval', 'no scan']
    expect(await ask()).toEqual({ kind: 'local', why: expect.stringMatching(/no approval on s; no scan on s/) })
    expect([world.session, world.events]).toEqual([undefined, ['imageRefused']])
  })

  it('is foreseen to, and nothing is begun or noted', async () => {
    world.reasons = ['no approval']
    const foreseen = await decider.foresee({ segment: 's', mac, uuid, arch: 0, stage: 'firmware' })
    expect(foreseen).toMatchObject({ kind: 'local', why: expect.stringMatching(/no approval/) })
    expect([world.session, world.events]).toEqual([undefined, []])
  })

  it('goes on in the session that was begun before', async () => {
    await ask()
    world.reasons = ['no approval']
    expect(await ask({}, false)).toMatchObject({ kind: 'grant', session: 1 })
  })
})
