import type { Finding } from '../../domain/install/finding.ts'
import type { JudgedFile } from '../family.ts'
import { checkDebconf } from '../formats/check-debconf.ts'
import { checkShell } from '../formats/check-shell.ts'
import { nearest } from '../formats/nearest.ts'
import { type PreseedEntry, readPreseed } from '../formats/preseed-file.ts'
import { isAlike, NUMBERED, QUESTIONS, type QuestionType } from './question-table.ts'
import { judgeRaidRecipe, judgeRecipe } from './recipe-judge.ts'

/** Answers whose value is a script of the shell. */
const COMMANDS: readonly string[] = ['preseed/early_command', 'preseed/late_command', 'partman/early_command']
/** What the installer asks of a person where it is not answered; one of each row is enough. */
const NEEDED: readonly string[][] = [
  ['debian-installer/locale', 'debian-installer/language'],
  ['keyboard-configuration/xkb-keymap', 'keyboard-configuration/layoutcode'],
  ['mirror/country', 'mirror/protocol', 'apt-setup/use_mirror'],
  ['passwd/root-password', 'passwd/root-password-crypted', 'passwd/root-login', 'passwd/user-password-crypted'],
  ['time/zone'],
  ['partman-auto/disk', 'partman/early_command'],
  ['partman-auto/method', 'partman-auto/init_automatically_partition'],
  ['partman-partitioning/confirm_write_new_label'],
  ['partman/choose_partition'],
  ['partman/confirm'],
  ['partman/confirm_nooverwrite'],
  ['tasksel/first', 'pkgsel/run_tasksel'],
  ['grub-installer/only_debian', 'grub-installer/bootdev'],
  ['finish-install/reboot_in_progress'],
]

/** Judges preseeded answers by debconf, the questions and recipes of Debian's installer, and the shell; and scripts beside them. */
export async function judgePreseed(files: readonly JudgedFile[]): Promise<Finding[]> {
  const found = await Promise.all(
    files.map(({ name, text }) => (name.endsWith('.sh') ? checkShell(name, 1, text) : judgeAnswers(name, text))),
  )
  return found.flat()
}

async function judgeAnswers(file: string, text: string): Promise<Finding[]> {
  const { entries, findings } = readPreseed(file, text)
  const commands = entries.filter(({ question }) => COMMANDS.includes(question))
  const outside = await Promise.all([
    checkDebconf(file, text),
    ...commands.map(({ line, value }) => checkScript(file, line, value)),
  ])
  const own = [...entries.flatMap(judgeEntry), ...judgePartman(entries), ...judgeWhole(entries)]
  const all = [...findings, ...own.map((one) => ({ ...one, file })), ...outside.flat()]
  return all.sort((one, other) => one.line - other.line)
}

type Told = Omit<Finding, 'file'>
const told = (line: number, message: string, severity: Finding['severity'] = 'error'): Told => ({
  line,
  severity,
  message,
})

/** The script is one line to the installer, wherever it stands in the file. */
const checkScript = async (file: string, line: number, value: string): Promise<Finding[]> =>
  (await checkShell(file, 1, value)).map((one) => ({ ...one, line }))

const typeOf = (question: string): QuestionType | undefined =>
  QUESTIONS.get(question) ?? NUMBERED.find(([shape]) => shape.test(question))?.[1]

function judgeEntry({ line, owner, question, type, value }: PreseedEntry): Told[] {
  const known = typeOf(question)
  if (!known && owner !== 'd-i') return []
  if (!known) {
    const near = nearest(question, [...QUESTIONS.keys()])
    const hint = near === undefined ? '' : `; is ${near} meant?`
    return [told(line, `expected a question that is known of Debian’s installer, got ${question}${hint}`, 'warning')]
  }
  if (type === 'seen') return []
  return [
    ...(isAlike(type, known) ? [] : [told(line, `expected the type ${known} of ${question}, got ${type}`, 'warning')]),
    ...(known === 'boolean' && value !== 'true' && value !== 'false'
      ? [told(line, `expected true or false of ${question}, got ${value || 'nothing'}`)]
      : []),
  ]
}

function judgePartman(entries: readonly PreseedEntry[]): Told[] {
  const find = (question: string) => entries.find((entry) => entry.question === question)
  const [recipe, raid, choice] = [
    ...[find('partman-auto/expert_recipe'), find('partman-auto-raid/recipe'), find('partman-auto/choose_recipe')],
  ]
  const method = find('partman-auto/method')
  const disks = find('partman-auto/disk')?.value.split(/\s+/).filter(Boolean) ?? []
  const name = /^(\S+)\s*::/.exec(recipe?.value ?? '')?.[1]
  const methods = ['regular', 'lvm', 'crypto', 'raid']
  return [
    ...(recipe ? judgeRecipe(recipe.value).map((one) => ({ ...one, line: recipe.line })) : []),
    ...(raid ? judgeRaidRecipe(raid.value, disks).map((one) => ({ ...one, line: raid.line })) : []),
    ...(method && !methods.includes(method.value)
      ? [told(method.line, `expected a method of ${methods.join(', ')}, got ${method.value}`)]
      : []),
    ...(method?.value === 'raid' && !raid
      ? [told(method.line, 'expected partman-auto-raid/recipe beside the method raid, got none')]
      : []),
    ...(choice && name !== undefined && ![name, 'atomic', 'home', 'multi'].includes(choice.value)
      ? [told(choice.line, `expected the recipe ${name}, got ${choice.value}`)]
      : []),
  ]
}

function judgeWhole(entries: readonly PreseedEntry[]): Told[] {
  const twice = entries
    .filter(({ question }, at) => entries.findIndex((other) => other.question === question) < at)
    .map(({ line, question }) => told(line, `expected ${question} once, got it again: the last counts`, 'warning'))
  const missing = NEEDED.filter((row) => !entries.some(({ question }) => row.includes(question))).map((row) =>
    told(1, `expected ${row.join(' or ')}, without which the installer asks`, 'warning'),
  )
  return [...twice, ...missing]
}
