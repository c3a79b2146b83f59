import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { isEnd, RUN_STATE_NAMES } from '../../../src/domain/run/run-states.ts'

it('has a colour for every state that a run can stand in', () => {
  const css = readFileSync(new URL('../../../src/web/console/assets/timeline.css', import.meta.url), 'utf8')
  const bare = RUN_STATE_NAMES.filter((state) => !isEnd(state) && !css.includes(`.state-${state}`))
  expect(bare).toEqual([])
})
