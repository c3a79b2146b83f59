import koffi from 'koffi'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { DoctorCheck } from './doctor-check.ts'

/** struct timex is 208 bytes on 64-bit Linux; modes 0 only reads. The call answers 5 (TIME_ERROR) while unsynchronised. */
const TIMEX_BYTES = 208
const TIME_ERROR = 5
/** Before this no Slipway was written: the clock stands at its factory setting. */
const FIRST_RELEASE = Date.UTC(2025, 0, 1)

const adjtimex = koffi.load('libc.so.6').func('int adjtimex(uint8_t *)')

/** The host's clock did not go back behind what is stored, and something keeps it right. */
export const clock: DoctorCheck = {
  id: 'clock',
  says: 'a clock that is right and kept right',
  look: async ({ clock: host, data }) => [
    judgeTime(host.now(), data?.newestRunAt),
    judgeSynchronisation(adjtimex(Buffer.alloc(TIMEX_BYTES)) as number),
  ],
}

/** The time against the newest run: leases, tokens and sign-ins are judged by it. */
export function judgeTime(now: number, newestRunAt: number | undefined): DoctorFinding {
  const floor = Math.max(FIRST_RELEASE, newestRunAt ?? 0)
  const iso = (at: number): string => new Date(at).toISOString()
  const found = { about: 'time', expected: `later than ${iso(floor)}`, got: iso(now) }
  if (now >= floor) return { ...found, outcome: 'ok' }
  return {
    ...found,
    outcome: 'problem',
    remedy: 'Set the clock, and let a time service keep it (chrony, systemd-timesyncd).',
  }
}

/** What adjtimex(2) answered. */
export function judgeSynchronisation(answer: number): DoctorFinding {
  const found = { about: 'synchronisation', expected: 'a clock kept by a time service' }
  if (answer >= 0 && answer !== TIME_ERROR) return { ...found, outcome: 'ok', got: 'synchronised' }
  return {
    ...found,
    outcome: 'warning',
    got: answer < 0 ? 'the kernel does not tell' : 'not synchronised, says the kernel',
    remedy: 'Run a time service (chrony, systemd-timesyncd); harmless in a container whose host has one.',
  }
}
