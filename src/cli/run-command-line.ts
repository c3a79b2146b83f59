import { AppError } from '../core/errors.ts'
import { type Call, type Command, commandHelp, commandsOf, findCommand, listHelp, parseCall } from './command.ts'

const USAGE = 2
const FAILURE = 1
const BUG = 70

/** Runs the command that `argv` names. Returns the exit code: 0 done, 1 failed, 2 called wrongly, 70 a bug of ours. */
export async function runCommandLine(commands: readonly Command[], argv: string[]): Promise<number> {
  const out = (text: string): void => void process.stdout.write(`${text.trimEnd()}\n`)
  const found = findCommand(commands, argv)
  if (!found) {
    const asked = argv.length === 0 || argv.includes('--help')
    if (!asked) process.stderr.write(`slipway: expected a command, got ${JSON.stringify(argv.join(' '))}\n\n`)
    const meant = commandsOf(commands, argv)
    const isAll = meant.length === commands.length
    out(listHelp(meant, isAll ? 'Slipway provisions machines and proves it.' : `The commands of slipway ${argv[0]}.`))
    return asked ? 0 : USAGE
  }
  try {
    const { words, options } = parseCall(found.command, found.rest)
    if (options.help === true) {
      out(commandHelp(found.command))
      return 0
    }
    const json = options.json === true
    const call: Call = {
      ...{ words, options, json },
      print: (value, text) => out(json ? JSON.stringify(value) : text),
      say: (line) => void process.stderr.write(`${line}\n`),
    }
    return await found.command.run(call)
  } catch (error) {
    return tell(error)
  }
}

/** The one place where an error becomes an exit code. */
function tell(error: unknown): number {
  if (error instanceof AppError) {
    process.stderr.write(`slipway: ${error.code}: ${error.message}\n`)
    return error.code === 'request.invalid' ? USAGE : FAILURE
  }
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' && path) {
    process.stderr.write(`slipway: request.invalid: expected the file ${path} to exist\n`)
    return USAGE
  }
  process.stderr.write(`slipway: bug: ${error instanceof Error ? error.stack : error}\n`)
  return BUG
}
