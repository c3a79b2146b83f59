import { eventLine } from '../domain/run/event-line.ts'
import type { Run } from '../domain/run/run.ts'
import { type DemoWish, runDemo } from './demo.ts'

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

/** What a shell reports for a program that ended by Ctrl-C. */
const STOPPED = 130

/** Commands of the virtual bench. `program` is the file of the command line itself, which the bench starts as a service. */
export function labCommands(program: string, cacheFolder: () => Promise<string>): Command[] {
  return [
    {
      ...{
        name: 'lab demo',
        says: 'Provision a blank virtual machine and show its run; exit 0 only if it was verified',
        words: [],
      },
      options: {
        keep: { says: 'leave service and console running until Ctrl-C' },
        fresh: { says: 'build every artefact anew' },
      },
      run: async (call) => {
        const stop = new AbortController()
        // Not `once`: a listener that is gone when the signal is passed on lets others believe that nobody handles it.
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(new Error('stopped')))
        const screen = createScreen(call.say)
        const flags = { fresh: call.options.fresh === true, keep: call.options.keep === true }
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
        call.print(result, verdict(result.run, result.seconds.all))
        return result.run.state === 'verified' ? 0 : 1
      },
    },
  ]
}

function verdict(run: Run, seconds: number): string {
  const head = `${run.image} ${run.version} on ${run.machine}: ${run.state} after ${seconds.toFixed(0)} s`
  return run.cause ? `${head}\n${run.cause.code}: ${run.cause.message}\nremedy: ${run.cause.remedy}` : head
}

/** Events as lines that stay; progress as one line that is drawn over on a terminal and left out elsewhere. */
function createScreen(say: (line: string) => void): Pick<DemoWish, 'say' | 'showEvent' | 'showProgress'> {
  const clear = (): void => void (process.stderr.isTTY && process.stderr.write('\r\u001b[K'))
  return {
    say: (line) => {
      clear()
      say(line)
    },
    showEvent: (run, event) => {
      clear()
      say(eventLine(run, event))
    },
    showProgress: (line) => void (process.stderr.isTTY && process.stderr.write(`\r\u001b[K         ${line}`)),
  }
}
