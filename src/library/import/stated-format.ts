import { AppError } from '../../core/errors.ts'
import { COMPRESSIONS, type Compression } from './compressions.ts'
import { DISK_FORMATS, type DiskFormat } from './disk-formats.ts'

/** What a file holds, as somebody stated it: by name of a format, or by the endings of its own name. */
export type StatedFormat =
  | { kind: 'disk'; format: DiskFormat; compression?: Compression }
  | { kind: 'installer' }
  | { kind: 'wim' }
  | { kind: 'archive' }
  | { kind: 'kernel' }
  | { kind: 'files' }

const WHOLE = {
  iso: { kind: 'installer' },
  wim: { kind: 'wim' },
  esd: { kind: 'wim' },
  slipway: { kind: 'archive' },
} as const
/** Stated by the word alone: a folder, or a file, may have any name. */
const BY_WORD = { kernel: { kind: 'kernel' }, files: { kind: 'files' } } as const

/** The format stated by a name like `disk.vmdk` or `disk.img.xz`, or by a word like `vmdk` or `raw.xz`. Throws request.invalid. */
export function statedFormat(name: string): StatedFormat {
  if (Object.hasOwn(BY_WORD, name)) return BY_WORD[name as keyof typeof BY_WORD]
  const words = name.toLowerCase().split('/').at(-1)!.split('.')
  const compression = byEnding(COMPRESSIONS, words.at(-1)!)
  if (compression !== undefined) words.pop()
  const ending = words.at(-1) ?? ''
  if (compression === undefined && Object.hasOwn(WHOLE, ending)) return WHOLE[ending as keyof typeof WHOLE]
  const format = byEnding(DISK_FORMATS, ending)
  if (format) return { kind: 'disk', format, ...(compression && { compression }) }
  const known = [
    ...Object.values(DISK_FORMATS).flatMap(({ endings }) => [...endings]),
    ...Object.keys(WHOLE),
    ...Object.keys(BY_WORD),
  ]
  const packed = Object.values(COMPRESSIONS).flatMap(({ endings }) => [...endings])
  throw new AppError(
    'request.invalid',
    `expected a format (${known.join(', ')}; each disk also with .${packed.join(', .')}), got ${JSON.stringify(name)}`,
  )
}

const byEnding = <Key extends string>(
  table: Readonly<Record<Key, { endings: readonly string[] }>>,
  ending: string,
): Key | undefined => (Object.keys(table) as Key[]).find((key) => table[key].endings.includes(ending))
