import { ANSWERS_PATH, CALLBACK_PATH } from '../boot/session-path.ts'
import type { Settings } from '../config/settings.ts'
import { AppError } from '../core/errors.ts'
import type { InstallValues } from '../domain/install/install-values.ts'
import type { RevealSecret } from '../domain/install/secret-reference.ts'
import { type Family, type FamilyFile, wordsKey } from '../families/family.ts'
import { findRelease } from '../families/find-release.ts'
import { type BootTemplate, compileBootTemplate } from '../templates/boot-template.ts'
import { renderGuarded } from '../templates/guarded-render.ts'
import type { TemplateOrigin } from '../templates/template-shelf.ts'

/** A file of an answer, as the machine would get it. */
export type AnswerFile = { name: string; mediaType: string; text: string }

/** The source of a file's template and who made it what it is. */
export type AnswerTemplate = { path: string; source: string; origin: TemplateOrigin | { kind: 'unsaved' } }

export type RenderOrder = {
  family: Family
  /** As `answerValues` makes them. */
  values: Record<string, unknown>
  reveal: RevealSecret
  find(path: string): Promise<AnswerTemplate>
  /** Which files; all where it is not said. */
  wants?: (file: FamilyFile) => boolean
}
export type RenderedFile = AnswerFile & { template: string; origin: AnswerTemplate['origin'] }
export type AnswerRenderer = ReturnType<typeof createAnswerRenderer>

/**
 * Renders the files of a family for one machine: by templates of the program here and compiled once, by those of people in
 * a thread with limits. Throws template.invalid, template.value_missing, template.too_costly.
 */
export function createAnswerRenderer() {
  const compiled = new Map<string, BootTemplate>()
  const write = async (file: FamilyFile, template: AnswerTemplate, order: RenderOrder): Promise<string> => {
    const { format } = file
    const { path, source, origin } = template
    const values = fileValues(order.family, file, order.values)
    if (origin.kind !== 'shipped') return renderGuarded({ name: path, source, format }, values, order.reveal)
    const render = compiled.get(path) ?? compileBootTemplate(path, source, format)
    compiled.set(path, render)
    return render(values, order.reveal)
  }
  return async (order: RenderOrder): Promise<RenderedFile[]> => {
    const all: RenderedFile[] = []
    for (const file of order.family.files) {
      if (order.wants?.(file) === false) continue
      const template = await order.find(file.template)
      const text = await write(file, template, order)
      all.push({ name: file.name, mediaType: file.mediaType, text, template: file.template, origin: template.origin })
    }
    return all
  }
}

/** An installation by one family: what is said of it, its options not yet checked. */
export type FamilyOrder = { family: Family; release: string; values: InstallValues; options: unknown }

/** What the templates of a family say: the values of all families, and its own words. Throws template.invalid naming the field. */
export function answerValues({ family, release, values, options }: FamilyOrder): Record<string, unknown> {
  const words = family.describe(values, readOptions(family, options), release)
  return { ...values, [wordsKey(family)]: words }
}

/** How the family's installer is started. Throws template.invalid naming the field. */
export const startArguments = ({ family, release, values, options }: FamilyOrder): string[] =>
  family.kernelArguments(values, readOptions(family, options), release)

/** What one file of a family may say of `all`, as its family’s table has it. */
export function fileValues(
  family: Pick<Family, 'name' | 'says'>,
  { name }: FamilyFile,
  all: Record<string, unknown>,
): Record<string, unknown> {
  const known = family.says?.[name]
  if (!known) return all
  const words = all[wordsKey(family)] as Record<string, unknown>
  return { [wordsKey(family)]: Object.fromEntries(known.map((word) => [word, words[word]])) }
}

function readOptions({ name, options }: Family, given: unknown): unknown {
  const read = options.safeParse(given ?? {})
  if (read.success) return read.data
  const [issue] = read.error.issues
  const field = [name, ...(issue?.path ?? [])].join('.')
  throw new AppError('template.invalid', `${field}: ${issue?.message}`)
}

/** The ports of the doors that answers name. */
export type MachinePorts = Pick<Settings['machines'], 'httpPort' | 'agentPort' | 'syslogPort'>

/** Where answers say that things are: `secrets` are the parts of paths that only the run's own system knows. */
export function answerUrls(
  address: string,
  { httpPort, agentPort, syslogPort }: MachinePorts,
  secrets: { answers: string; callback: string },
): InstallValues['urls'] {
  const base = `http://${address}:${httpPort}`
  return {
    ...{
      base,
      answers: `${base}${ANSWERS_PATH}/${secrets.answers}/`,
      callback: `${base}${CALLBACK_PATH}/${secrets.callback}`,
    },
    ...{ door: `${address}:${agentPort}`, logHost: address, logPort: syslogPort },
  }
}

/** The release of a family by its name, its newest where none is named. Throws template.invalid. */
export const namedRelease = (family: Family, release: string | undefined): string =>
  release === undefined ? family.releases.at(-1)!.name : findRelease(family, release).name
