import { expect, it } from 'vitest'
import {
  LIFECYCLE_STEPS,
  type LifecycleStand,
  type LifecycleStepName,
  type StatementKind,
  shownState,
  whyNot,
  whyNotForSite,
} from '../../src/domain/image-lifecycle.ts'
import { printImageLifecycle } from '../../src/domain/print-image-lifecycle.ts'

const stand = (state: LifecycleStand['state'], statements: StatementKind[] = [], channels: string[] = []) => ({
  ...{ state, channels },
  statements: new Set(statements),
})
const ALL: StatementKind[] = ['build', 'testRun', 'approval']

it('leads from draft to golden by measured steps and two words of approvers', () => {
  const way: [LifecycleStepName, LifecycleStand][] = [
    ['build', stand('draft')],
    ['test', stand('built', ['build'])],
    ['approve', stand('tested', ['build', 'testRun'])],
    ['promote', stand('approved', ALL)],
  ]
  for (const [step, from] of way) expect(whyNot(step, from), step).toEqual([])
  expect(way.map(([step]) => LIFECYCLE_STEPS[step].role)).toEqual(['measured', 'measured', 'approver', 'approver'])
})

it.each<[string, LifecycleStepName, LifecycleStand, RegExp[]]>([
  ['approve what nothing tested', 'approve', stand('built', ['build']), [/to be tested, it is built/, /no testRun/]],
  ['approve by the state alone', 'approve', stand('tested', ['build']), [/no testRun/]],
  ['promote to production unapproved', 'promote', stand('tested', ['build', 'testRun']), [/no approval/]],
  ['promote what was deprecated', 'promote', stand('deprecated', ALL), [/it is deprecated/]],
  ['deprecate what a channel points at', 'deprecate', stand('approved', ALL, ['lab']), [/channel lab points at it/]],
  ['retire what is in use', 'retire', stand('approved', ALL), [/to be deprecated, it is approved/]],
  ['revoke twice', 'revoke', stand('revoked'), [/it is revoked/]],
  ['bring back what was revoked', 'approve', stand('revoked', ALL), [/it is revoked/]],
])('does not %s, and says why', (_title, step, from, reasons) => {
  const got = whyNot(step, from)
  expect(got).toHaveLength(reasons.length)
  for (const [at, reason] of reasons.entries()) expect(got[at]).toMatch(reason)
})

it('promotes to a test site’s channel what is tested, and no less', () => {
  expect(whyNot('promote', stand('tested', ['build', 'testRun']), 'test')).toEqual([])
  expect(whyNot('promote', stand('built', ['build']), 'test')).toHaveLength(2)
})

it.each<[LifecycleStand['state'], StatementKind[], string[]]>([
  ['draft', [], ['build']],
  ['built', ['build'], ['build']],
  ['tested', ['build', 'testRun'], ['build', 'test']],
  ['approved', ALL, ['build', 'test', 'production']],
  ['deprecated', ALL, []],
  ['retired', ALL, []],
  ['revoked', ALL, []],
])('lets a version that is %s go to the sites that it has the evidence for', (state, statements, sites) =>
  expect(
    (['build', 'test', 'production'] as const).filter(
      (site) => whyNotForSite(site, stand(state, statements)).length === 0,
    ),
  ).toEqual(sites),
)

it('shows as golden only what a channel points at and may', () =>
  expect([
    shownState(stand('approved', ALL, ['lab'])),
    shownState(stand('approved', ALL)),
    shownState(stand('revoked', ALL, ['lab'])),
  ]).toEqual(['golden', 'approved', 'revoked']))

it('is what docs/image-lifecycle.md shows', async () => {
  await expect(printImageLifecycle()).toMatchFileSnapshot('../../docs/image-lifecycle.md')
})
