import { createDoctorDesk } from '../../src/app/doctor/doctor-desk.ts'
import type { DoctorRow } from '../../src/domain/doctor.ts'

const ROWS: DoctorRow[] = [
  { check: 'clock', about: 'clock', outcome: 'ok', expected: 'a right one', got: 'kept by a time service' },
  {
    ...{ check: 'gateways', about: 'segment lab: gateway 10.77.0.254', outcome: 'problem', expected: 'an answer' },
    ...{ got: 'nobody answers by ARP on br0', remedy: 'Set `gateway` of the segment to the router that is there.' },
  },
  {
    check: 'relays',
    about: 'segment far: relay 172.20.0.1',
    outcome: 'warning',
    expected: 'an answer',
    got: 'no answer to an echo request',
    remedy: 'Look for a route.',
  },
  { check: 'images', about: 'images', outcome: 'skipped', expected: 'one', got: 'no database yet' },
]

/** The real desk over three checks, the last of which ends when the test says so. */
export function fakeDoctor() {
  const last = Promise.withResolvers<void>()
  const desk = createDoctorDesk({
    ...{ checks: 3, clock: { now: () => Date.UTC(2026, 0, 1) } },
    look: async (onDone) => {
      for (const { check } of ROWS.slice(0, 2)) onDone(check)
      await last.promise
      onDone('images')
      return ROWS
    },
  })
  return { ...desk, end: () => last.resolve() }
}
