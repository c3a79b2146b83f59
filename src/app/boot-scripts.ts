import { redactSecrets } from '../access/secret-vault.ts'
import type { Clock } from '../core/clock.ts'
import { AppError, hasCode } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { REDACTED } from '../domain/install/secret-reference.ts'
import { wordsKey } from '../families/family.ts'
import { renderGuarded } from '../templates/guarded-render.ts'
import type { BootScriptName, Templates } from '../templates/template-folder.ts'
import type { TemplateShelf } from '../templates/template-shelf.ts'
import { fileValues } from './answer-files.ts'
import { findTemplate } from './template-desk.ts'

export type BootScriptsDeps = {
  shelf: Pick<TemplateShelf, 'find'>
  /** The program's own, which were compiled before any machine asked. */
  templates: Templates
  log: Pick<Log, 'error'>
  clock: Clock
}
export type BootScripts = ReturnType<typeof createBootScripts>

/** A thousand machines may start at once: none waits for what has just taken too long. */
const COSTLY_MS = 60_000

/**
 * Renders the script that a machine boots by, of at most `mostBytes`, with words of its family. One that people wrote counts
 * before the program's own; where that can not be rendered, it is logged, and the program's own is given in its place:
 * whoever wrote it is not there when a machine starts. Throws what rendering the program's own throws.
 */
export function createBootScripts({ shelf, templates, log, clock }: BootScriptsDeps) {
  /** Those that took too long, and until when nobody waits for them again. */
  const costly = new Map<string, { source: string; until: number }>()
  const isCostly = (path: string, source: string): boolean => {
    const before = costly.get(path)
    return before?.source === source && before.until > clock.now()
  }
  /** What people wrote; undefined where they did not, or it takes too long. */
  const own = async (path: BootScriptName, values: Record<string, unknown>): Promise<string | undefined> => {
    const { source, origin } = await shelf.find(path)
    if (origin.kind === 'shipped' || isCostly(path, source)) return undefined
    try {
      return await renderGuarded({ name: path, source, format: findTemplate(path).file.format }, values, redactSecrets)
    } catch (error) {
      if (hasCode(error, 'template.too_costly')) costly.set(path, { source, until: clock.now() + COSTLY_MS })
      throw error
    }
  }
  return async (
    path: BootScriptName,
    words: Readonly<Record<string, unknown>>,
    mostBytes = Number.POSITIVE_INFINITY,
  ): Promise<string> => {
    const { family, file } = findTemplate(path)
    const values = fileValues(family, file, { [wordsKey(family)]: words })
    try {
      const script = await own(path, values)
      if (script !== undefined) return assertRoom(path, script, mostBytes)
    } catch (error) {
      const problem = error instanceof AppError ? error.code : 'unexpected'
      log.error(
        { template: path, problem, error: withoutTokens(String(error), words.runId) },
        'boot script can not be rendered, the one of the program is given in its place',
      )
    }
    return templates.render(path, values)
  }
}

function assertRoom(path: string, script: string, mostBytes: number): string {
  const bytes = Buffer.byteLength(script)
  if (bytes <= mostBytes) return script
  throw new AppError('template.invalid', `template ${path}: expected at most ${mostBytes} bytes, got ${bytes}`)
}

/** A message may show the value that does not fit, and codes and paths that only one machine knows begin with its run. */
const withoutTokens = (said: string, runId: unknown): string =>
  typeof runId === 'string' ? said.replaceAll(new RegExp(`${runId}\\.[A-Za-z0-9._-]+`, 'g'), REDACTED) : said
