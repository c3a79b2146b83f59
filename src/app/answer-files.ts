import { AppError } from '../core/errors.ts'
import type { InstallValues } from '../domain/install/install-values.ts'
import type { RevealSecret } from '../domain/install/secret-reference.ts'
import { type Family, type FamilyFile, wordsKey } from '../families/family.ts'
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
export function renderAnswers(order: AnswerOrder, templateOf: TemplateOf): AnswerFile[] {
  const all = answerValues(order)
  return order.family.files.map((file) => ({
    ...{ name: file.name, mediaType: file.mediaType },
    text: templateOf(file)(all, order.reveal),
  }))
}

/** What the templates of a family say: the values of all families, and its own words. Throws template.invalid naming the field. */
export function answerValues({
  family,
  release,
  values,
  options,
}: Omit<AnswerOrder, 'reveal'>): Record<string, unknown> {
  const words = family.describe(values, readOptions(family, options), release)
  return { ...values, [wordsKey(family)]: words }
}

function readOptions({ name, options }: Family, given: unknown): unknown {
  const read = options.safeParse(given ?? {})
  if (read.success) return read.data
  const [issue] = read.error.issues
  const field = [name, ...(issue?.path ?? [])].join('.')
  throw new AppError('template.invalid', `${field}: ${issue?.message}`)
}
