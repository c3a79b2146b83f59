import { parse } from 'yaml'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { sha256Hex } from '../core/ids.ts'
import { setting } from './setting.ts'

const label = z.string().regex(/^[a-z0-9][a-z0-9._+~-]{0,63}$/, 'expected 1 to 64 of a-z 0-9 . _ + ~ -')
/** An absolute path without `..`, which never leaves the tree; quotes and control characters are not for debugfs either. */
const path = z
  .string()
  .regex(/^(\/(?!\.\.?(\/|$))[A-Za-z0-9@._+:,~ -]+)+$/, 'expected an absolute path in plain letters')
const pattern = z
  .string()
  .regex(/^(\/(?!\.\.?(\/|$))[A-Za-z0-9@._+:,~*?-]+)+$/, 'expected an absolute path, * and ? allowed')
const kernelArgument = z.string().regex(/^[^\s'"\\$]+$/, 'expected one kernel argument')
const packageName = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, 'expected the name of a package')

/** A file of an image as its YAML says it. */
export const recipeFile = z.strictObject({
  path,
  mode: z
    .string()
    .regex(/^0[0-7]{3}$/, 'expected an octal mode such as 0644')
    .default('0644'),
  content: z.string(),
})

const base = z.strictObject({
  suite: z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected the name of a suite'),
  sources: z.array(z.string().regex(/^deb /, 'expected a line that starts with deb')).min(1),
  packages: z.array(packageName).min(1),
  /** Paths that dpkg leaves out, now and at every upgrade; a leading `!` keeps what an earlier line leaves out. */
  leaveOut: z.array(z.string().regex(/^!?\/[^\s'"]+$/, 'expected a path for dpkg path-exclude')).default([]),
  /** Files that must be there before the packages are configured. */
  files: z.array(recipeFile).default([]),
  disk: z.strictObject({ sizeMiB: z.int().min(128).max(1_048_576), espMiB: z.int().min(34).max(1024).default(64) }),
  kernelArguments: z.array(kernelArgument).default([]),
})

const minutes = z.number().min(0.1).max(1440)

/** An installer that runs without a question in a machine of the bench; the disk that it leaves is captured. */
const install = z.strictObject({
  /** A version of the library that has a kernel and an initrd: an installation medium, or a pair of those. */
  installer: z.strictObject({ name: label, version: label }),
  kernelArguments: z
    .array(kernelArgument)
    .refine((all) => all.join(' ').length <= 1800, 'expected at most 1800 characters in all')
    .default([]),
  /** What the installer would ask: files that are appended to its initrd. */
  answers: z.array(recipeFile).default([]),
  /** All files of that version in the machine's CD drive, on a volume of this name; left out: no CD. */
  disc: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}$/, 'expected 1 to 32 of A-Z a-z 0-9 space . _ -')
    .optional(),
  machine: z
    .strictObject({
      memoryMiB: z.int().min(256).max(65_536).default(2048),
      firmware: z.enum(['bios', 'uefi']).default('bios'),
    })
    .prefault({}),
  disk: z.strictObject({ sizeMiB: z.int().min(64).max(1_048_576) }),
  /** How long the machine may run, and how long it may say nothing on its serial console. */
  timeoutMinutes: minutes.default(90),
  silenceMinutes: minutes.default(20),
})

const change = z.strictObject({ upgrade: z.boolean().default(false), packages: z.array(packageName).default([]) })

const NOT_BESIDE_INSTALL = 'expected none beside install, a recipe with this one as its parent may have it'

const schema = z
  .strictObject({
    format: z.literal('slipway-recipe/1'),
    name: label,
    version: label,
    /** Newer times of files become this one, so that equal trees make equal disks. */
    timestamp: z.iso.datetime(),
    base: base.optional(),
    parent: z.strictObject({ name: label, version: label }).optional(),
    install: install.optional(),
    change: change.default({ upgrade: false, packages: [] }),
    files: z.array(recipeFile).default([]),
    run: z.array(z.string().min(1)).default([]),
    remove: z.array(pattern).default([]),
    guarantees: z
      .strictObject({ paths: z.array(path).default([]), commands: z.array(z.string().min(1)).default([]) })
      .default({ paths: [], commands: [] }),
    banners: z
      .array(z.strictObject({ port: z.int().min(1).max(65535), expect: z.string().min(1).max(256) }))
      .default([]),
    /** A profile under images/hardening, without the settings that are excepted. */
    hardening: z.strictObject({ profile: label, except: z.array(label).default([]) }).optional(),
    /** What holds in the built tree and on the running system, besides the profile's; `prepare` runs before the looks at the tree. */
    settings: z.array(setting).max(200).optional(),
    prepare: z.string().optional(),
    /** How a machine's own facts get in. Of a child: as its parent's; of an installed disk: as is found on it. */
    seed: z.enum(['systemd', 'nocloud', 'none']).optional(),
  })
  .refine(({ base, parent, install }) => [base, parent, install].filter(Boolean).length === 1, {
    error: 'expected exactly one of base, parent and install',
    path: ['base'],
  })
  .superRefine((recipe, { addIssue }) => {
    const { change, guarantees } = recipe
    const given = {
      change: change.upgrade || change.packages.length > 0,
      ...{ files: recipe.files.length > 0, run: recipe.run.length > 0, remove: recipe.remove.length > 0 },
      'guarantees.commands': guarantees.commands.length > 0,
      ...{ hardening: recipe.hardening, settings: recipe.settings, prepare: recipe.prepare },
    }
    for (const [field, value] of Object.entries(recipe.install ? given : {}))
      if (value) addIssue({ code: 'custom', path: field.split('.'), message: NOT_BESIDE_INSTALL })
  })

/** How one version of an image is built: from packages (`base`), inside its parent's file system (`parent`), or by an installer. */
export type Recipe = z.infer<typeof schema>
export type RecipeInstall = NonNullable<Recipe['install']>
export type RecipeBase = NonNullable<Recipe['base']>
export type RecipeFile = z.infer<typeof recipeFile>

/** Reads a recipe from YAML. Throws recipe.invalid naming the field. */
export function parseRecipe(text: string): Recipe {
  const parsed = schema.safeParse(parseYaml(text))
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.slice(0, 5).map((issue) => {
    const where = issue.path.length > 0 ? issue.path.join('.') : 'the whole'
    return `${where}: ${issue.message}`
  })
  throw new AppError('recipe.invalid', `expected a slipway-recipe/1 recipe, got one wrong at ${problems.join('; ')}`)
}

/** SHA-256 of what the recipe says, whatever its comments and the order of its fields. */
export const recipeDigest = (recipe: Recipe): string => sha256Hex(JSON.stringify(schema.parse(recipe)))

/** A UUID that is always the same for one recipe and purpose (RFC 9562 §5.8). */
export function recipeUuid(recipe: Recipe, purpose: string): string {
  const hex = sha256Hex(`${recipeDigest(recipe)} ${purpose}`)
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Reads YAML without aliases. Throws recipe.invalid. */
export function parseYaml(text: string): unknown {
  try {
    return parse(text, { strict: true, maxAliasCount: 0 })
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error)
    throw new AppError('recipe.invalid', `expected YAML, got: ${got}`, {}, error)
  }
}
