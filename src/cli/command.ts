import { parseArgs } from 'node:util'
import { AppError } from '../core/errors.ts'

/** One option of a command: `value` says what follows it, absent for a switch; `short` is its one letter. */
export type Option = { says: string; value?: string; short?: string }

/** What a command gets: its words after the command's name, its options, and where to write. */
export type Call = {
  words: string[]
  options: Record<string, string | boolean | undefined>
  json: boolean
  /** Text for people on standard output, or the value as JSON with --json. */
  print(value: unknown, text: string): void
  /** Progress and remarks on standard error. */
  say(line: string): void
}

/** One command of the command line. `words` are the arguments it must get. */
export type Command = {
  name: string
  says: string
  words: string[]
  options: Record<string, Option>
  run(call: Call): Promise<number>
}

/** Options that every command takes. */
export const COMMON_OPTIONS: Record<string, Option> = {
  json: { says: 'print JSON for programs' },
  config: { says: 'settings file (default slipway.yaml)', value: 'FILE' },
  help: { says: 'what this command takes' },
}

/** Finds the command whose name begins `argv` and parses the rest. Throws request.invalid for unknown options. */
export function findCommand(
  commands: readonly Command[],
  argv: string[],
): { command: Command; rest: string[] } | undefined {
  const byLength = [...commands].sort((a, b) => b.name.length - a.name.length)
  for (const command of byLength) {
    const words = command.name.split(' ')
    if (words.every((word, index) => argv[index] === word)) return { command, rest: argv.slice(words.length) }
  }
  return undefined
}

/** Splits arguments into words and options. Throws request.invalid naming the option or the missing word. */
export function parseCall(command: Command, rest: string[]): Pick<Call, 'words' | 'options'> {
  const rows = { ...command.options, ...COMMON_OPTIONS }
  const options = Object.fromEntries(
    Object.entries(rows).map(([name, row]) => [
      name,
      { type: row.value ? ('string' as const) : ('boolean' as const), ...(row.short ? { short: row.short } : {}) },
    ]),
  )
  try {
    const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true, strict: true })
    const isHelp = values.help === true
    if (!isHelp && positionals.length !== command.words.length)
      throw new Error(
        `expected ${command.words.length === 0 ? 'no argument' : command.words.join(' ')}, got ${positionals.join(' ') || 'none'}`,
      )
    return { words: positionals, options: values as Call['options'] }
  } catch (error) {
    throw new AppError('request.invalid', `slipway ${command.name}: ${error instanceof Error ? error.message : error}`)
  }
}

/** The help text of one command. */
export function commandHelp(command: Command): string {
  const rows = Object.entries({ ...command.options, ...COMMON_OPTIONS }).map(
    ([name, row]) =>
      [`${row.short ? `-${row.short}, ` : ''}--${name}${row.value ? ` ${row.value}` : ''}`, row.says] as const,
  )
  const width = Math.max(...rows.map(([left]) => left.length))
  const usage = ['slipway', command.name, ...command.words, '[options]'].join(' ')
  return [
    `${command.says}.`,
    '',
    `  ${usage}`,
    '',
    ...rows.map(([left, says]) => `  ${left.padEnd(width)}  ${says}`),
    '',
  ].join('\n')
}

/** The commands whose first word begins `argv`; all where none does. */
export const commandsOf = (commands: readonly Command[], [first]: readonly string[]): readonly Command[] => {
  const named = commands.filter(({ name }) => name.split(' ')[0] === first)
  return named.length > 0 ? named : commands
}

/** The list of commands, with a line above it. */
export function listHelp(commands: readonly Command[], title: string): string {
  const rows = commands.map((command) => [[command.name, ...command.words].join(' '), command.says] as const)
  const width = Math.max(...rows.map(([left]) => left.length))
  return [
    title,
    '',
    ...rows.map(([left, says]) => `  slipway ${left.padEnd(width)}  ${says}`),
    '',
    '  slipway COMMAND --help tells the rest.',
    '',
  ].join('\n')
}
