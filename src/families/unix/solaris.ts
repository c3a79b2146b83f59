import { refusal } from './single-disk.ts'

/** XKB's names of keyboard layouts, and those that Solaris has for them. */
const KEYBOARDS: Readonly<Record<string, string>> = {
  ...{ br: 'Portuguese', de: 'German', dk: 'Danish', es: 'Spanish', fi: 'Finnish', fr: 'French', gb: 'UK-English' },
  ...{ it: 'Italian', jp: 'Japanese', kr: 'Korean', nl: 'Dutch', no: 'Norwegian', pt: 'Portuguese', ru: 'Russian' },
  ...{ se: 'Swedish', tr: 'TurkishQ', us: 'US-English' },
}

/** Throws template.invalid where Solaris has no such layout. */
export function solarisKeyboard(keyboard: string): string {
  const name = KEYBOARDS[keyboard]
  if (name !== undefined) return name
  throw refusal('settings.keyboard', `one that Solaris has (${Object.keys(KEYBOARDS).join(', ')}), got ${keyboard}`)
}

/** `c1t0d0`, as Solaris names disks. */
export const SOLARIS_DISK = /^c\d+(t[0-9A-F]+)?d\d+$/
