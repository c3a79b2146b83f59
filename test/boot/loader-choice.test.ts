import { describe, expect, it, test } from 'vitest'
import { afterRead, afterStage, chooseFamily, type LoaderKnowledge } from '../../src/boot/loader-choice.ts'
import type { LoaderFamily } from '../../src/domain/boot.ts'

const MINUTE = 60_000
const knowing = (more: Partial<LoaderKnowledge>): LoaderKnowledge => ({
  ...{ secureBoot: false, memory: {}, first: 'ipxe', now: 10 * MINUTE },
  ...more,
})
const tried = (family: LoaderFamily, ago: number) => ({ tried: { family, at: 10 * MINUTE - ago } })

test.each<[string, Partial<LoaderKnowledge>, LoaderFamily, RegExp]>([
  ['nothing known, the segment says ipxe', {}, 'ipxe', /segment/],
  ['nothing known, the segment says shim', { first: 'shim' }, 'shim', /segment/],
  ['ipxe was read a minute ago and nothing followed', { memory: tried('ipxe', MINUTE) }, 'shim', /nothing followed/],
  ['shim was read a minute ago and nothing followed', { memory: tried('shim', MINUTE) }, 'ipxe', /nothing followed/],
  ['ipxe was read a moment less ago', { memory: tried('ipxe', MINUTE - 1) }, 'ipxe', /just read/],
  ['shim was just read, whatever the segment says', { memory: tried('shim', 1) }, 'shim', /just read/],
  ['shim worked before, the segment says ipxe', { memory: { worked: 'shim' } }, 'shim', /worked before/],
  ['ipxe worked before, the segment says shim', { first: 'shim', memory: { worked: 'ipxe' } }, 'ipxe', /worked/],
  ['what worked fails now', { memory: { worked: 'ipxe', ...tried('ipxe', MINUTE) } }, 'shim', /nothing followed/],
  ['Secure Boot, the segment says ipxe', { secureBoot: true }, 'shim', /Secure Boot/],
  ['Secure Boot, ipxe worked before', { secureBoot: true, memory: { worked: 'ipxe' } }, 'shim', /Secure Boot/],
  ['Secure Boot, and shim failed', { secureBoot: true, memory: tried('shim', 5 * MINUTE) }, 'shim', /Secure Boot/],
])('%s', (_title, knowledge, family, why) =>
  expect(chooseFamily(knowing(knowledge))).toEqual({ family, why: expect.stringMatching(why) }),
)

describe('what is remembered', () => {
  it('a loader that was read waits for its next stage, and what worked stays known', () =>
    expect(afterRead({ worked: 'ipxe' }, 'shim', 7)).toEqual({ worked: 'ipxe', tried: { family: 'shim', at: 7 } }))

  it('its next stage makes it the one that works', () =>
    expect(afterStage({ worked: 'ipxe', tried: { family: 'shim', at: 7 } }, 'shim')).toEqual({ worked: 'shim' }))

  test.each<[string, Parameters<typeof afterStage>[0], LoaderFamily]>([
    ['a stage of the other family', { tried: { family: 'shim', at: 7 } }, 'ipxe'],
    ['a stage whose loader nobody read from us', { worked: 'shim' }, 'ipxe'],
  ])('%s teaches nothing', (_title, memory, family) => expect(afterStage(memory, family)).toBeUndefined())
})
