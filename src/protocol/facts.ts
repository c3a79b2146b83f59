import { AppError } from '../core/errors.ts'
import { printable } from '../core/printable.ts'
import type { Facts } from '../domain/facts.ts'

const MAX_BYTES = 16_384
const LISTS = { mac: 'macs', failed_unit: 'failedUnits', address: 'addresses' } as const
const TEXTS = {
  uuid: 'uuid',
  serial: 'serial',
  image: 'image',
  version: 'version',
  manifest: 'manifest',
  kernel: 'kernel',
} as const
const NUMBERS = { root_bytes: 'rootBytes', disk_bytes: 'diskBytes' } as const
/** The last byte of the firmware's variable (UEFI 2.10 §3.3). */
const SECURE_BOOT = 'secure_boot'
/** `setting=<id> <value>`, one line each. */
const SETTING = 'setting'

/**
 * Reads the proof program's text: one `key=value` a line, list keys may repeat, unknown keys are passed over (an older
 * appliance may meet a newer image). Bounded to 16 KiB, made printable. Throws request.invalid naming the line that is wrong.
 */
export function parseFacts(text: string): Facts {
  if (text.length > MAX_BYTES)
    throw new AppError('request.invalid', `expected facts of at most ${MAX_BYTES} bytes, got ${text.length}`)
  const facts: Facts = {
    ...{ uuid: '', serial: '', image: '', version: '', manifest: '', kernel: '' },
    ...{ macs: [], failedUnits: [], addresses: [], rootBytes: 0, diskBytes: 0 },
  }
  for (const line of text.split('\n').filter((l) => l.trim() !== '')) {
    const at = line.indexOf('=')
    if (at < 1) throw new AppError('request.invalid', `expected key=value, got ${JSON.stringify(line.slice(0, 80))}`)
    take(facts, line.slice(0, at), printable(line.slice(at + 1).trim()))
  }
  return facts
}

function take(facts: Facts, key: string, value: string): void {
  if (Object.hasOwn(LISTS, key)) {
    if (value !== '') facts[LISTS[key as keyof typeof LISTS]].push(value)
  } else if (Object.hasOwn(TEXTS, key)) facts[TEXTS[key as keyof typeof TEXTS]] = value
  else if (key === SETTING) {
    const [id = '', ...words] = value.split(' ')
    facts.settings = [...(facts.settings ?? []), { id, got: words.join(' ') }]
  } else if (key === SECURE_BOOT) facts.secureBoot = value === '1'
  else if (Object.hasOwn(NUMBERS, key)) {
    if (!/^\d{1,15}$/.test(value))
      throw new AppError('request.invalid', `expected ${key} to be a number of bytes, got ${JSON.stringify(value)}`)
    facts[NUMBERS[key as keyof typeof NUMBERS]] = Number(value)
  }
}
