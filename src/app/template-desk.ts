import { createTwoFilesPatch } from 'diff'
import { AppError } from '../core/errors.ts'
import type { Family, FamilyFile } from '../families/family.ts'
import { FAMILIES } from '../families/index.ts'
import { compileBootTemplate } from '../templates/boot-template.ts'
import { assertTemplateSize, type FoundTemplate, type TemplateShelf } from '../templates/template-shelf.ts'
import type { Appliance } from './appliance.ts'
import { tryTemplate } from './template-trial.ts'

type Stores = { store: { templates: Appliance['store']['templates'] }; clock: Appliance['clock'] }
/** What counts after a template was saved; no version where it is that of the folder or the program. */
export type Saved = { version: number | null; isNew: boolean }
export type TemplateDesk = ReturnType<typeof createTemplateDesk>

/** What people do with boot templates of OS families: look at them, write their own, compare, go back. */
export function createTemplateDesk({ store, clock }: Stores, shelf: TemplateShelf) {
  const { templates } = store
  /** The source under a name: `now`, `shipped`, or a version's number. */
  const sourceOf = async (path: string, which: string): Promise<string> => {
    findTemplate(path)
    if (which === 'now') return (await shelf.find(path)).source
    if (which === 'shipped') return (await shelf.shipped(path)).source
    const found = (await templates.versions(path)).find(({ version }) => String(version) === which)
    if (!found) throw new AppError('resource.not_found', `expected now, shipped or a version of ${path}, got ${which}`)
    return found.source ?? (await shelf.shipped(path)).source
  }
  return {
    families: async () =>
      Promise.all(FAMILIES.map(async (family) => ({ ...tell(family), files: await filesOf(family, shelf) }))),
    show: async (path: string) => {
      const { file } = findTemplate(path)
      const now = await shelf.find(path)
      const versions = (await templates.versions(path)).map(({ version, at, by, source }) => ({
        ...{ version, at, by, isShipped: source === null },
      }))
      return { path, format: file.format, source: now.source, origin: now.origin, versions }
    },
    /** Stores a version that can be compiled and rendered for made-up machines. Throws template.* naming line and value. */
    save: async (path: string, source: string, by: string, how: { onlyIfDiffers?: boolean } = {}): Promise<Saved> => {
      const { family, file } = findTemplate(path)
      compileBootTemplate(path, assertTemplateSize(path, source), file.format)
      const now = how.onlyIfDiffers ? await shelf.find(path) : undefined
      if (now?.source === source)
        return { version: now.origin.kind === 'version' ? now.origin.version : null, isNew: false }
      await tryTemplate(family, file, source)
      return { version: await templates.add(path, source, by, clock.now()), isNew: true }
    },
    /** Makes what was `which` the newest version; `shipped` leaves it to the program again. */
    restore: async (path: string, which: string, by: string): Promise<number> => {
      const source = await sourceOf(path, which)
      return templates.add(path, which === 'shipped' ? null : source, by, clock.now())
    },
    /** A unified diff; empty where both are the same. */
    diff: async (path: string, from: string, to: string): Promise<string> => {
      const [old, now] = await Promise.all([sourceOf(path, from), sourceOf(path, to)])
      return old === now ? '' : createTwoFilesPatch(`${path} (${from})`, `${path} (${to})`, old, now)
    },
  }
}

/** The family and file of a template's path. Throws resource.not_found. */
export function findTemplate(path: string): { family: Family; file: FamilyFile } {
  for (const family of FAMILIES) for (const file of family.files) if (file.template === path) return { family, file }
  throw new AppError('resource.not_found', `expected the template of a family, there is no ${path}`)
}

const tell = ({ name, title, releases, done, proof, unjudged, install }: Family) => ({
  ...{ name, title, done, proof, unjudged: [...unjudged], installs: install !== undefined },
  releases: releases.map((release) => ({ name: release.name, title: release.title })),
})

const filesOf = (family: Family, shelf: TemplateShelf) =>
  Promise.all(
    family.files.map(async ({ name, template, format }) => {
      const { origin }: FoundTemplate = await shelf.find(template)
      return { name, template, format, origin }
    }),
  )
