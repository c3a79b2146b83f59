import { z } from 'zod'
import type { BuildStep } from './build-step.ts'
import { runInTree } from './chroot.ts'

/** One line of text, as a look at a setting gives it. */
const told = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[\x20-\x7e]+$/, 'expected one line of plain text')

/**
 * Something that an image is set to: the shell command that tells how it stands (`running` on the running system, where that
 * differs from the built tree) and what it must say.
 */
export const setting = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected 1 to 64 of a-z 0-9 -'),
  says: z.string().min(5).max(200),
  tells: z.string().min(1),
  running: z.string().min(1).optional(),
  value: told,
})
export type Setting = z.infer<typeof setting>

/** Where an image keeps the programs that tell its settings; the proof program runs them all. */
const FOLDER = '/usr/lib/slipway/settings.d'

/** The program by which the running system tells settings, as a file of the image. */
export const settingsProgram = (name: string, settings: readonly Setting[]) => ({
  path: `${FOLDER}/${name}`,
  mode: '0755',
  content: tellingScript(settings.map(({ id, tells, running }) => ({ id, command: running ?? tells }))),
})

/** Looks at every setting in a built tree, after `prepare`. Throws recipe.failed with all that stand otherwise. */
export async function checkSettings(
  step: BuildStep,
  tree: string,
  settings: readonly Setting[],
  prepare = '',
): Promise<void> {
  if (settings.length === 0) return
  const script = tellingScript(settings.map(({ id, tells }) => ({ id, command: tells })))
  const got = parseTold(await runInTree(step, tree, `${prepare}\n${script}`))
  const wrong = settings.filter(({ id, value }) => got.get(id) !== value)
  step.line(`${settings.length - wrong.length} of ${settings.length} settings stand as they should`)
  if (wrong.length === 0) return
  const list = wrong.map(({ id, value }) => `${id} ${value}, got ${got.get(id) || 'nothing'}`)
  throw step.fail(`expected ${list.join('; ')}`)
}

/** What a telling script printed: values by id. */
export function parseTold(output: string): Map<string, string> {
  const lines = output.split('\n').map((line) => /^setting=(\S+) (.*)$/.exec(line))
  return new Map(lines.flatMap((match) => (match ? [[match[1]!, match[2]!.trim()] as const] : [])))
}

function tellingScript(looks: readonly { id: string; command: string }[]): string {
  const lines = looks.map(({ id, command }) => `tell ${id} ${quote(command)}`)
  return `#!/bin/sh
# Tells how this system is set: one line a setting, as the manifest of its image lists them.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
tell() { printf 'setting=%s %s\\n' "$1" "$(sh -c "$2" 2>/dev/null </dev/null | head -n 1 | cut -c 1-200)"; }
${lines.join('\n')}
`
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
