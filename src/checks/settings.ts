import type { Check } from '../domain/check.ts'
import { skipped } from './verdict.ts'

const MOST_SHOWN = 8

/** Every setting that the image promises stands as promised, by the system's own word: a hardening profile among them. */
export const settings: Check = {
  id: 'settings',
  says: 'It is set as its image promises',
  judge: ({ facts, image }) => {
    const promised = image.settings ?? []
    if (promised.length === 0) return skipped('the image promises no settings')
    const got = new Map(facts.settings?.map((one) => [one.id, one.got]))
    const wrong = promised.filter(({ id, expect }) => got.get(id) !== expect)
    const all = `${promised.length} settings as promised`
    if (wrong.length === 0) return { outcome: 'passed', expected: all, got: all }
    const shown = wrong.slice(0, MOST_SHOWN)
    const more = wrong.length > shown.length ? `, ${wrong.length - shown.length} more` : ''
    return {
      outcome: 'failed',
      expected: shown.map(({ id, expect }) => `${id} ${expect}`).join(', ') + more,
      got: shown.map(({ id }) => `${id} ${got.get(id) || '(nothing)'}`).join(', ') + more,
    }
  },
}
