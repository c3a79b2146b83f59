import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DOCTOR_CHECKS } from '../../../src/app/doctor/index.ts'

it('names every check once', () => {
  const ids = DOCTOR_CHECKS.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

it('has every check in the table of its page', () => {
  const page = readFileSync('docs/how-to/check-a-host-with-doctor.md', 'utf8')
  const rows = page.split('\n').filter((line) => /^\| `[a-z-]+` \|/.test(line))
  expect(rows).toHaveLength(DOCTOR_CHECKS.length)
  for (const [index, { id, says }] of DOCTOR_CHECKS.entries()) expect(rows[index]).toContain(`| \`${id}\` | ${says} |`)
})
