import type { Readable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'

/** A virtual machine's serial console, stamped with seconds since it was switched on. Waits match unfinished lines too. */
export type SerialConsole = { waitFor(pattern: RegExp, seconds: number): Promise<string>; text(): string }

const MOST_TEXT = 1 << 20

/** Follows a stream; `onLine` hears every finished line. */
export function followSerial(stream: Readable, onLine: (line: string) => void): SerialConsole {
  let text = ''
  let rest = ''
  let held = ''
  const waiting = new Set<() => void>()
  stream.setEncoding('latin1')
  stream.on('data', (part: string) => {
    const all = held + part
    held = unfinishedSequence(all)
    const clean = stripVTControlCharacters(all.slice(0, all.length - held.length)).replaceAll('\r', '')
    text = (text + clean).slice(-MOST_TEXT)
    const lines = (rest + clean).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
    for (const check of waiting) check()
  })
  return {
    text: () => text,
    waitFor: (pattern, seconds) => {
      const from = text.length
      return new Promise((resolve, reject) => {
        const check = (): void => {
          const match = pattern.exec(text.slice(Math.min(from, text.length)))
          if (!match) return
          finish()
          resolve(match[0])
        }
        const timer = setTimeout(() => {
          finish()
          reject(
            new Error(
              `expected ${pattern} on the console within ${seconds} s, last was ${JSON.stringify(text.slice(-200))}`,
            ),
          )
        }, seconds * 1000)
        const finish = (): void => {
          waiting.delete(check)
          clearTimeout(timer)
        }
        waiting.add(check)
        check()
      })
    },
  }
}

const ESCAPE = '\u001b'

/** The beginning of a control sequence (ECMA-48 §5.4) at the end of a text: the rest of it comes with the next part. */
function unfinishedSequence(text: string): string {
  const last = text.slice(Math.max(text.lastIndexOf(ESCAPE), 0))
  return last.startsWith(ESCAPE) && /^(\[[0-?]*[ -/]*)?$/.test(last.slice(1)) ? last : ''
}
