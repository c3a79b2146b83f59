import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'

/** Where a template comes from: the program, the operator's folder, or a version that somebody stored. */
export type TemplateOrigin = { kind: 'shipped' } | { kind: 'overlay' } | { kind: 'version'; version: number }
export type FoundTemplate = { path: string; source: string; origin: TemplateOrigin }

export type TemplateShelfDeps = {
  /** Folder of the program's own. */
  shipped: string
  /** The operator's folder, with the same paths below it. */
  overlay: string | undefined
  versions: { current(path: string): Promise<{ version: number; source: string | null } | undefined> }
}
export type TemplateShelf = ReturnType<typeof createTemplateShelf>

const PATH = /^[a-z0-9][a-z0-9-]*\/[A-Za-z0-9][A-Za-z0-9._-]*\.hbs$/
/** More than any template has; a larger one would only keep the renderer busy. */
const MOST_CHARACTERS = 256 * 1024

/** Boot templates by their paths: a stored version counts before the operator's folder, and that before the program's own. */
export function createTemplateShelf({ shipped, overlay, versions }: TemplateShelfDeps) {
  const readShipped = async (path: string): Promise<FoundTemplate> => {
    const source = await readText(join(shipped, assertPath(path)))
    if (source === undefined) throw new AppError('resource.not_found', `expected a boot template, there is no ${path}`)
    return { path, source, origin: { kind: 'shipped' } }
  }
  return {
    shipped: readShipped,
    /** What counts now. Throws resource.not_found, template.invalid. */
    find: async (path: string): Promise<FoundTemplate> => {
      const stored = await versions.current(assertPath(path))
      if (stored && stored.source !== null)
        return { path, source: stored.source, origin: { kind: 'version', version: stored.version } }
      const own = overlay === undefined ? undefined : await readText(join(overlay, path))
      return own === undefined ? readShipped(path) : { path, source: own, origin: { kind: 'overlay' } }
    },
  }
}

/** Throws template.invalid for a source that is too large to be one. */
export function assertTemplateSize(path: string, source: string): string {
  if (source.length <= MOST_CHARACTERS) return source
  throw new AppError(
    'template.invalid',
    `template ${path}: expected at most ${MOST_CHARACTERS} characters, got ${source.length}`,
  )
}

function assertPath(path: string): string {
  if (PATH.test(path) && !path.includes('..')) return path
  throw new AppError('request.invalid', `expected a path like kickstart/ks.cfg.hbs, got ${path.slice(0, 80)}`)
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return assertTemplateSize(file, await readFile(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
