import { AppError } from '../core/errors.ts'
import { eventLine } from '../domain/run/event-line.ts'
import { BENCH_FIRMWARE, type BenchFirmware } from './bench-firmware.ts'
import { type DemoResult, type DemoWish, runDemo } from './demo.ts'

type Call = {
  options: Record<string, string | boolean | undefined>
  json: boolean
  print(value: unknown, text: string): void
  say(line: string): void
}
type Command = {
  name: string
  says: string
  words: string[]
  options: Record<string, { says: string; value?: string }>
  run(call: Call): Promise<number>
}

/** Each machine takes 1 GiB of memory. */
const MOST_MACHINES = 16
/** What a shell reports for a program that ended by Ctrl-C. */
const STOPPED = 130

/** Commands of the virtual bench. `program` is the file of the command line itself, which the bench starts as a service. */
export function labCommands(program: string, cacheFolder: () => Promise<string>): Command[] {
  return [
    {
      ...{
        name: 'lab demo',
        says: 'Provision blank virtual machines and show their runs; exit 0 only if all were verified',
        words: [],
      },
      options: {
        keep: { says: 'leave service and console running until Ctrl-C' },
        fresh: { says: 'build every artefact anew' },
        firmware: { says: `${Object.keys(BENCH_FIRMWARE).join(', ')} (default bios)`, value: 'kind' },
        machines: { says: `how many at once, 1 to ${MOST_MACHINES} (default 1)`, value: 'count' },
      },
      run: async (call) => {
        const stop = new AbortController()
        // Not `once`: a listener that is gone when the signal is passed on lets others believe that nobody handles it.
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(new Error('stopped')))
        const flags = { fresh: call.options.fresh === true, keep: call.options.keep === true, ...shapeOf(call) }
        const screen = createScreen(call.say, flags.machines > 1)
        const stopped = (error: unknown): undefined => {
          if (!stop.signal.aborted) throw error
        }
        const result = await runDemo({
          program,
          cacheFolder: await cacheFolder(),
          ...flags,
          ...screen,
          stop: stop.signal,
        }).catch(stopped)
        if (stop.signal.aborted) screen.say('Stopped; everything the demo made is removed.')
        if (!result) return STOPPED
        call.print(result, result.runs.map((one) => verdict(one, result.seconds.all)).join('\n'))
        return result.runs.every(({ run }) => run.state === 'verified') ? 0 : 1
      },
    },
  ]
}

/** Throws request.invalid on a kind of firmware or a count that the bench does not have. */
function shapeOf({ options }: Call): Pick<DemoWish, 'firmware' | 'machines'> {
  const firmware = String(options.firmware ?? 'bios')
  if (!Object.hasOwn(BENCH_FIRMWARE, firmware)) {
    const known = Object.entries(BENCH_FIRMWARE).map(([name, { says }]) => `${name} (${says})`)
    throw new AppError('request.invalid', `expected --firmware to be one of ${known.join(', ')}, got ${firmware}`)
  }
  const machines = Number(options.machines ?? 1)
  if (!Number.isInteger(machines) || machines < 1 || machines > MOST_MACHINES)
    throw new AppError('request.invalid', `expected --machines from 1 to ${MOST_MACHINES}, got ${options.machines}`)
  return { firmware: firmware as BenchFirmware, machines }
}

function verdict({ run, why }: DemoResult['runs'][number], all: number): string {
  const seconds = (((run.endedAt ?? run.createdAt) - run.createdAt) / 1000).toFixed(0)
  const head = `${run.image} ${run.version} on ${run.machine}: ${run.state} after ${seconds} s (${all.toFixed(0)} s with all preparation)`
  return why === undefined ? head : `${head}\n\n${why}`
}

/** Events as lines that stay, with their machine's name where there are several; progress as one line that is drawn over on a terminal and left out elsewhere. */
function createScreen(
  say: (line: string) => void,
  named: boolean,
): Pick<DemoWish, 'say' | 'showEvent' | 'showProgress'> {
  const clear = (): void => void (process.stderr.isTTY && process.stderr.write('\r\u001b[K'))
  return {
    say: (line) => {
      clear()
      say(line)
    },
    showEvent: (run, event) => {
      clear()
      say(`${named ? `${run.machine}  ` : ''}${eventLine(run, event)}`)
    },
    showProgress: (line) => void (process.stderr.isTTY && process.stderr.write(`\r\u001b[K         ${line}`)),
  }
}
