import { expect, it, test } from 'vitest'
import { type DoctorSubject, messageOf, noSegment } from '../../../src/app/doctor/doctor-check.ts'
import { unread } from '../../../src/app/doctor/run-doctor.ts'
import { AppError } from '../../../src/core/errors.ts'

const wrapped = (cause: unknown) => new Error('Failed query: select 1 \nparams: ', { cause })

test.each<[string, unknown, string]>([
  ['a failure of ours', new AppError('store.failed', 'torn'), 'torn'],
  ['one that the query builder wraps', wrapped(new AppError('store.failed', 'torn')), 'torn'],
  ['another', wrapped(new Error('hidden')), 'Failed query: select 1 ⏎params: '],
  ['what is no error', 'thrown\nso', 'thrown⏎so'],
])('tells the reason of %s in one line', (_name, error, told) => expect(messageOf(error)).toBe(told))

test.each([
  ['store.busy', 'busy'],
  ['store.failed', 'broken'],
] as const)('takes a database that answers %s for %s', (code, database) =>
  expect(unread(wrapped(new AppError(code, 'why')))).toEqual({ database, data: undefined, whyNoData: 'why' }),
)

it('tells why there is no segment to look at', () => {
  const subject = (whyNoData?: string) => ({ whyNoData }) as DoctorSubject
  const found = { about: 'segments', outcome: 'skipped', expected: 'one', remedy: expect.stringContaining('apply') }
  expect(noSegment(subject(), 'one')).toEqual({ ...found, got: 'no segment is served' })
  expect(noSegment(subject('no database yet'), 'one')).toEqual({ ...found, got: 'no database yet' })
})
