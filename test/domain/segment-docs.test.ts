import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { Segment } from '../../src/domain/segment.ts'
import { assertSegmentSound } from '../../src/domain/segment-soundness.ts'

const page = readFileSync('docs/how-to/serve-a-segment.md', 'utf8')
const blocks = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text!)
type Spec = Record<string, unknown>

/** The segments that the page shows: whole ones, and the first one with the fields of each excerpt. */
const segments = (): Spec[] => {
  const whole = blocks
    .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as { kind?: string; spec: Spec }))
    .flatMap(({ kind, spec }) => (kind === 'Segment' ? [spec] : []))
  const { range: _range, dns: _dns, gateway: _gateway, ...base } = whole[0]!
  const excerpts = blocks
    .filter((text) => text.startsWith('  '))
    .map((text) => ({ ...base, ...(parseAllDocuments(text)[0]!.toJS() as Spec) }))
  return [...whole, ...excerpts]
}

it('shows segments in its how-to that are accepted and sound', () => {
  expect(segments()).toHaveLength(5)
  for (const spec of segments()) expect(assertSegmentSound(Segment.parse(spec)).name).toBe(spec.name)
})

it('names every field of a segment in its how-to', () => {
  const fields = Object.keys(Segment.parse({ ...segments()[0], firstLoader: 'ipxe', routerAdvertisement: 'none' }))
  const all = new Set([...fields, 'discoveryProfile', 'subnet', 'nextServer', 'domain', 'ntp', 'routes', 'options'])
  expect([...all].filter((field) => !page.includes(field))).toEqual([])
})
