import { beforeEach, describe, expect, it } from 'vitest'
import { createStrangers } from '../../src/boot/strangers.ts'
import type { BootClient } from '../../src/domain/boot.ts'
import type { UnknownMachines } from '../../src/domain/segment.ts'

const MAC = '52:54:00:00:00:01'
const client: BootClient = { segment: 'lab', mac: MAC, uuid: undefined, arch: 0, stage: 'firmware' }
let [policy, discovered, now]: [UnknownMachines, string[], number] = ['ignore', [], 0]
let refuses: Error | undefined
beforeEach(() => {
  policy = 'ignore'
  discovered = []
  now = 0
  refuses = undefined
})
const strangers = createStrangers({
  policyOf: async () => policy,
  discover: async ({ mac, segment }) => {
    if (refuses) throw refuses
    discovered.push(`${mac} on ${segment}`)
    return `new of ${mac}`
  },
  again: async (machine: string) => {
    if (refuses) throw refuses
    discovered.push(machine)
  },
  clock: { now: () => now },
})
const kindOf = async (way: 'begins' | 'goes on' | 'foresees', more: Partial<BootClient> = {}) => {
  const answer = await strangers.meet({ ...client, ...more }, way)
  return 'decision' in answer ? answer.decision.kind : answer.machine
}

describe('a machine that nobody registered', () => {
  it('is ignored where its segment says so', async () => {
    expect([await kindOf('begins'), discovered]).toEqual(['ignore', []])
    expect(strangers.meetMac(MAC).kind).toBe('ignore')
  })

  it('is discovered by the first DISCOVER of its firmware, and by nothing else', async () => {
    policy = 'discover'
    expect([await kindOf('goes on'), await kindOf('begins', { stage: 'os' }), discovered]).toEqual([
      'ignore',
      'ignore',
      [],
    ])
    expect([await kindOf('begins'), discovered]).toEqual([`new of ${MAC}`, [`${MAC} on lab`]])
  })

  it('is foreseen to be discovered without being it', async () => {
    policy = 'discover'
    expect([await kindOf('foresees'), discovered]).toEqual(['grant', []])
  })

  it('is ignored, and the reason told, where it can not be discovered', async () => {
    policy = 'discover'
    refuses = new Error('expected at most 64')
    const answer = await strangers.meet(client, 'begins')
    expect(answer).toMatchObject({ decision: { kind: 'ignore', why: expect.stringContaining('expected at most 64') } })
    await expect(strangers.meetAgain('m', 'lab')).resolves.toBeUndefined()
  })
})

describe('the menu', () => {
  beforeEach(() => {
    policy = 'menu'
  })

  it('is offered, and what is chosen in it is discovered once', async () => {
    expect([await kindOf('begins'), strangers.meetMac(MAC).kind, discovered]).toEqual(['menu', 'menu', []])
    expect(await strangers.chose(MAC)).toMatchObject({ mac: MAC, segment: 'lab' })
    expect(discovered).toEqual([`${MAC} on lab`])
    expect([await strangers.chose(MAC), discovered.length]).toEqual([undefined, 1])
  })

  it('can not be used by who was not asked, nor ten minutes later', async () => {
    expect(await strangers.chose('52:54:00:00:00:99')).toBeUndefined()
    await kindOf('begins')
    now = 600_000
    expect([await strangers.chose(MAC), strangers.meetMac(MAC).kind, discovered]).toEqual([undefined, 'ignore', []])
  })

  it('is not offered by a look at what would be answered', async () => {
    expect(await kindOf('foresees', { mac: '52:54:00:00:00:77' })).toBe('menu')
    expect(strangers.meetMac('52:54:00:00:00:77').kind).toBe('ignore')
  })
})
