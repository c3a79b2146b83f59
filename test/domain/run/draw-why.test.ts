import { describe, expect, it, test } from 'vitest'
import { drawWhy } from '../../../src/domain/run/draw-why.ts'
import { explainRun } from '../../../src/runs/run-why.ts'
import { type Happening, runAfter } from '../../runs/run-sample.ts'

const MAC = '52:54:00:00:00:01'
const dhcp = (type: 'dhcpOffered' | 'dhcpBound', stage: string): Happening => [type, { mac: MAC, stage }]
const ipxeRom: Happening[] = [
  'grantOpened',
  ['sessionOpened', { session: 1, mac: MAC }],
  dhcp('dhcpOffered', 'ipxe'),
  dhcp('dhcpBound', 'ipxe'),
]
const pxeRom: Happening[] = [...ipxeRom.slice(0, 2), dhcp('dhcpOffered', 'firmware'), dhcp('dhcpBound', 'firmware')]

const draw = (happened: Happening[], later = 0): string[] => {
  const { run, events, at } = runAfter(happened)
  return drawWhy(run, events, explainRun(run, events, at + later)).split('\n')
}

describe('the drawing of a run', () => {
  it('ticks what was seen with its time, points at the first missing step and leaves the rest empty', () => {
    expect(draw([...ipxeRom, 'scriptFetched', 'timedOut']).slice(0, 6)).toEqual([
      '  ✓     3.0 s  Address offered',
      '  ✓     4.0 s  Address bound',
      '  ·            Loader fetched (not needed)',
      '  ✓     5.0 s  Boot script fetched',
      '  ✗            Agent kernel fetched',
      '               Ramdisk fetched',
    ])
  })

  it('dresses each kind of line in its own way', () => {
    const { run, events, at } = runAfter([...ipxeRom, 'scriptFetched'])
    const lines = drawWhy(run, events, explainRun(run, events, at), (style, text) => `<${style}>${text}`).split('\n')
    expect(lines.slice(1, 6).map((line) => /^<(\w+)>/.exec(line)?.[1])).toEqual([
      ...['seen', 'faint', 'seen', 'missing', 'faint'],
    ])
    expect(lines.find((line) => line.includes('remedy'))).toContain('<name>remedy')
  })

  test.each([
    ['iPXE in the card', ipxeRom, 'Boot script fetched'],
    ['plain firmware', pxeRom, 'Loader fetched'],
    ['nothing', ['grantOpened'] as Happening[], 'Address offered'],
  ])('waits, after %s was heard, for: %s', (_who, happened, step) => {
    expect(draw(happened).filter((line) => line.startsWith('  …'))).toEqual([`  …            ${step}`])
  })

  it('points at nothing when every step was seen', () => {
    const all: Happening[] = [
      ...[...ipxeRom, 'scriptFetched' as const, 'kernelFetched' as const, 'ramdiskFetched' as const],
      ...(['codeExchanged', 'inventoryTaken', 'diskChosen', 'writeStarted', 'writeFinished'] as const),
      ...(['readBackMatched', 'seeded', 'factsReceived', 'checksPassed'] as const),
    ]
    const lines = draw(all)
    expect(lines.filter((line) => /^ {2}[✗…]/.test(line))).toEqual([])
    expect(lines.filter((line) => line.startsWith('  ✓'))).toHaveLength(14)
  })

  it('says how long the run waits, whether that is unusual, and what to do', () => {
    const text = draw(pxeRom, 120_000).join('\n')
    expect(text).toContain('waiting        for 2 min 02 s: longer than usual (1 min 30 s), the deadline is 5 min 00 s')
    expect(text).toMatch(/likely causes {2}port 69 \(TFTP\)/)
    expect(text).toMatch(/remedy {9}Check ports and/)
    expect(draw(pxeRom, 1000).join('\n')).toContain('for 3.0 s: nothing unusual yet')
  })

  it('has as many lines as reasons, whatever the machine said of its failure', () => {
    const failed: Happening = ['agentFailed', { code: 'disk.none', message: '\x1b]0;owned\x07\n  remedy  fake' }]
    const lines = draw([...ipxeRom, 'scriptFetched', failed])
    expect(lines.filter((line) => line.includes('·]0;owned·⏎  remedy  fake')).length).toBeGreaterThan(0)
    expect(lines.some((line) => line.startsWith('  remedy  fake'))).toBe(false)
  })
})
