import { AppError } from '../core/errors.ts'
import type { InstallValues } from '../domain/install/install-values.ts'
import type { RevealSecret } from '../domain/install/secret-reference.ts'
import type { Family, FamilyFile } from '../families/family.ts'
import type { BootTemplate } from '../templates/boot-template.ts'

/** A file of an answer, as the machine would get it. */
export type AnswerFile = { name: string; mediaType: string; text: string }

export type AnswerOrder = {
  family: Family
  release: string
  values: InstallValues
  /** What was set of the family's own options, not yet checked. */
  options: unknown
  reveal: RevealSecret
}

/** The compiled template of a file: the shipped one, or what stands in its place. */
export type TemplateOf = (file: FamilyFile) => BootTemplate

/** Renders all files of a family for one machine. Throws template.invalid and template.value_missing naming the field. */
export function renderAnswers(
  { family, release, values, options, reveal }: AnswerOrder,
  templateOf: TemplateOf,
): AnswerFile[] {
  const words = family.describe(values, readOptions(family, options), release)
  const all = { ...values, [wordsKey(family)]: words }
  return family.files.map((file) => ({
    ...{ name: file.name, mediaType: file.mediaType },
    text: templateOf(file)(all, reveal),
  }))
}

/** Templates say `cloudInit.users`: a dash would end a word of Handlebars. */
export const wordsKey = ({ name }: Pick<Family, 'name'>): string =>
  name.replaceAll(/-([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase())

function readOptions({ name, options }: Family, given: unknown): unknown {
  const read = options.safeParse(given ?? {})
  if (read.success) return read.data
  const [issue] = read.error.issues
  const field = [name, ...(issue?.path ?? [])].join('.')
  throw new AppError('template.invalid', `${field}: ${issue?.message}`)
}
