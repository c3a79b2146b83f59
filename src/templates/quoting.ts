import { AppError } from '../core/errors.ts'

const PLAIN_WORD = /^[A-Za-z0-9._:/@%+=,~-]*$/

/** The formats a boot template may be in; each says how one value is written so that it stays one value. */
export const QUOTING = {
  /** iPXE has no quoting that survives every command: a value with white space, `$`, `&`, `|` or control bytes is refused. */
  ipxe: (value: string): string => refuseUnless(PLAIN_WORD, value),
  /** A word of GRUB's shell, which splits and expands like POSIX's but knows fewer escapes: only plain words. */
  grub: (value: string): string => refuseUnless(PLAIN_WORD, value),
  /** POSIX shell word in single quotes. */
  sh: (value: string): string => `'${refuseUnless(/^[^\0]*$/, value).replaceAll("'", `'\\''`)}'`,
  /** A YAML double-quoted scalar: every JSON string is one (YAML 1.2 §1.3), with the two line ends JSON leaves bare escaped. */
  yaml: (value: string): string =>
    JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029'),
  /** A value in a systemd unit or in a line of `KEY=value` files: printable, one line, no quotes or specifiers. */
  line: (value: string): string => refuseUnless(/^[^\p{Cc}"'\\%$`]*$/u, value),
} as const satisfies Record<string, (value: string) => string>

export type TemplateFormat = keyof typeof QUOTING

function refuseUnless(shape: RegExp, value: string): string {
  if (shape.test(value)) return value
  throw new AppError(
    'template.invalid',
    `expected a value of the form ${shape}, got ${JSON.stringify(value.slice(0, 80))}`,
  )
}
