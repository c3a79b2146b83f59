import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { parseYaml, type Recipe, type RecipeFile, recipeFile } from './recipe.ts'
import { type Setting, setting, settingsProgram } from './setting.ts'

const { id, says, tells, running, value } = setting.shape

/** A line of a profile: a kernel's or sshd's setting, which are set and looked at alike, or files and commands of its own. */
const line = z
  .strictObject({
    ...{ id, says, value, tells: tells.optional(), running },
    sysctl: z
      .string()
      .regex(/^[a-z0-9_]+(\.[a-z0-9_]+)+$/, 'expected the name of a sysctl')
      .optional(),
    sshd: z
      .string()
      .regex(/^[A-Za-z0-9]+$/, 'expected the name of an option of sshd')
      .optional(),
    files: z.array(recipeFile).default([]),
    run: z.array(z.string().min(1)).default([]),
  })
  .refine(({ sysctl, sshd, tells: own }) => [sysctl, sshd, own].filter(Boolean).length === 1, {
    error: 'expected exactly one of sysctl, sshd and tells',
  })
type Line = z.infer<typeof line>

const schema = z.strictObject({
  format: z.literal('slipway-hardening/1'),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected 1 to 64 of a-z 0-9 -'),
  prepare: z.string().default(''),
  settings: z.array(line).min(1).max(200),
})

/** A named list of settings, each with what sets it, how it is looked at and what the look must say. */
export type Hardening = z.infer<typeof schema>

/** After Debian's own 99-protect-links.conf: the last line about a setting counts. */
const SYSCTL_FILE = '/etc/sysctl.d/99-slipway-hardening.conf'
/** Read before the file that includes it goes on; of an option, sshd takes the first. */
const SSHD_FILE = '/etc/ssh/sshd_config.d/10-hardening.conf'

/** Reads a profile from YAML. Throws recipe.invalid naming the field. */
export function parseHardening(text: string): Hardening {
  const parsed = schema.safeParse(parseYaml(text))
  const issue = parsed.error?.issues[0]
  if (issue) {
    const where = issue.path.join('.') || 'the whole'
    throw new AppError('recipe.invalid', `expected a slipway-hardening/1 profile, got ${where}: ${issue.message}`)
  }
  const ids = parsed.data!.settings.map((one) => one.id)
  const twice = ids.find((one, index) => ids.indexOf(one) !== index)
  if (!twice) return parsed.data!
  throw new AppError('recipe.invalid', `expected every setting of a profile once, got ${twice} twice`)
}

/**
 * The recipe with everything that its profile asks for: the profile's files and commands before its own, the settings of both,
 * and the program that tells them. So its digest covers the profile. Throws recipe.invalid when an exception is no setting.
 */
export function withSettings(recipe: Recipe, profile: Hardening | undefined): Recipe {
  const except = recipe.hardening?.except ?? []
  const unknown = except.find((one) => !profile?.settings.some((known) => known.id === one))
  if (unknown) throw new AppError('recipe.invalid', `expected an exception to be a setting, got ${unknown}`)
  const lines = (profile?.settings ?? []).filter((one) => !except.includes(one.id))
  const settings = [...lines.map(settingOf), ...(recipe.settings ?? [])]
  if (settings.length === 0) return recipe
  const kinds = [fileOf(SYSCTL_FILE, lines, 'sysctl', ' = '), fileOf(SSHD_FILE, lines, 'sshd', ' ')].flat()
  const files = [...kinds, ...lines.flatMap((one) => one.files), settingsProgram(recipe.name, settings)]
  return {
    ...recipe,
    settings,
    prepare: [profile?.prepare, recipe.prepare].filter(Boolean).join('\n'),
    files: [...files, ...recipe.files],
    run: [...lines.flatMap((one) => one.run), ...recipe.run],
  }
}

function settingOf({ id, says, value, sysctl, sshd, tells, running }: Line): Setting {
  const common = { id, says, value }
  if (sysctl) return { ...common, ...sysctlLooks(sysctl) }
  if (sshd) return { ...common, ...sshdLooks(sshd.toLowerCase()) }
  return { ...common, tells: tells!, ...(running && { running }) }
}

/** In a tree the last line of all files counts, as it will for the kernel. */
const sysctlLooks = (name: string): Pick<Setting, 'tells' | 'running'> => ({
  tells: `/lib/systemd/systemd-sysctl --cat-config | sed -n 's/^-\\{0,1\\}${name.replaceAll('.', '[.]')} *= *//p' | tail -n 1`,
  running: `cat /proc/sys/${name.replaceAll('.', '/')}`,
})

const sshdLooks = (option: string): Pick<Setting, 'tells' | 'running'> => ({
  tells: `sshd -T -h /run/host-key | sed -n 's/^${option} //p'`,
  running: `sshd -T | sed -n 's/^${option} //p'`,
})

function fileOf(path: string, lines: readonly Line[], kind: 'sysctl' | 'sshd', between: string): RecipeFile[] {
  const rows = lines.flatMap((one) => (one[kind] ? [`# ${one.says}\n${one[kind]}${between}${one.value}\n`] : []))
  return rows.length > 0 ? [{ path, mode: '0644', content: rows.join('') }] : []
}
