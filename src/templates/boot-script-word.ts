import { AppError } from '../core/errors.ts'
import { refuseUnless, showValue } from './refuse-unless.ts'

type Value = string | number | boolean
/** The text right before it in its line. */
type Before = { before: string }

/**
 * What a word of a boot script may be made of, in iPXE and GRUB alike, so that a kernel argument that goes with the one goes
 * with the other: printable ASCII but white space, quotes, backslashes, `$` and braces. In iPXE those would end or expand it;
 * GRUB puts a backslash before a quote and a backslash when it hands words to a kernel (GRUB 2.06, grub-core/lib/cmdline.c).
 * Longer than a kernel's command line may be on x86 none has to be.
 */
const LETTERS = /^[!#%&()*+,\-./0-9:;<=>?@A-Z[\]^_`a-z|~]{0,2048}$/
/** Where in a line a value is a word of its own, at least in front. */
const AT_WORD = /(^|\s)$/

/**
 * A word of iPXE, which ends words at white space and has no quotes (ipxe.org/scripting): what stands alone as `;`, `||` or
 * `&&`, begins a comment, a label or an option is refused.
 */
export function ipxeWord(value: Value, { before }: Before): string {
  const text = refuseUnless(LETTERS, String(value))
  refuseUnless(/^(?![&|;]+$)(?!#)/, text)
  if (/^\s*$/.test(before)) refuseUnless(/^[^:]/, text)
  return standing(text, before)
}

/** Words that GRUB’s shell takes as they are; a word of its language is not among them. */
const PLAIN =
  /^(?!(case|do|done|elif|else|esac|fi|for|function|if|in|select|then|time|until|while)$)[A-Za-z0-9._:/@%+=,~-]+$/

/**
 * A word of GRUB’s shell: in single quotes, in which nothing is special (GRUB’s manual, “Quoting”), where it needs them; as it
 * is within double quotes that the template opened.
 */
export function grubWord(value: Value, { before }: Before): string {
  const text = refuseUnless(LETTERS, String(value))
  if (openGrubQuote(before) !== undefined) return text
  standing(text, before)
  return PLAIN.test(text) ? text : `'${text}'`
}

/** Behind a kernel’s place all words are the kernel’s; elsewhere one that begins with a dash would be an option. */
const KERNEL_WORDS = /(^|\s)(kernel|imgargs|linux|linux16|linuxefi|module2?|multiboot2?)\s+[^-\s]\S*(\s.*)?\s$/s

function standing(text: string, before: string): string {
  if (!AT_WORD.test(before)) return text
  if (text === '') throw new AppError('template.invalid', 'expected a word, got an empty one')
  if (text.startsWith('-') && !KERNEL_WORDS.test(before))
    throw new AppError('template.invalid', `expected a word that is no option, got ${showValue(text)}`)
  return text
}

/** The quote that a piece of a script of GRUB leaves open. */
export function openGrubQuote(text: string): '"' | "'" | undefined {
  let open: '"' | "'" | undefined
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!
    if (open === "'") open = letter === "'" ? undefined : open
    else if (letter === '\\') at += 1
    else if (letter === '"') open = open === undefined ? letter : undefined
    else if (letter === "'" && open === undefined) open = letter
    else if (letter === '#' && open === undefined && /(^|[\s;&|(){}<>])$/.test(text.slice(0, at)))
      at = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at)
  }
  return open
}
