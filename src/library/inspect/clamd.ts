import { connect, type Socket } from 'node:net'
import { AppError } from '../../core/errors.ts'

/** What a clamd says of itself; `signaturesAt` in ms since the epoch, undefined where its database has no date. */
export type ClamdVersion = { engine: string; signatures: string | undefined; signaturesAt: number | undefined }
/** What it found in a stream: a name, nothing (undefined), or that it was `tooLarge` to be looked at. */
export type ClamdVerdict = { found: string | undefined; tooLarge: boolean }

/** A clamd behind its socket (clamd(8)): each question is a connection of its own. Throws program.failed when nobody answers. */
export type Clamd = {
  version(): Promise<ClamdVersion>
  scan(stream: AsyncIterable<Uint8Array>): Promise<ClamdVerdict>
}

const PATIENCE_MS = 300_000
const MOST_PART = 1 << 20
const TOO_LARGE = { found: undefined, tooLarge: true }

/** The clamd that listens at `path`. */
export function createClamd(path: string): Clamd {
  const version = async (): Promise<ClamdVersion> => {
    const line = await openLine(path)
    line.socket.write('zVERSION\0')
    return parseVersion(await line.answer)
  }
  return {
    version,
    scan: async (stream) => {
      const line = await openLine(path)
      line.socket.write('zINSTREAM\0')
      await sendAll(line, stream)
      const answer = await line.answer
      if (answer !== '') return verdictOf(answer, path)
      // It ends the connection of what is above its bound, and what it says of that may be lost with it.
      await version()
      return TOO_LARGE
    },
  }
}

/** `ClamAV 1.4.6/27400/Thu Nov 20 10:00:00 2026`, or the engine alone where there is no daily database. */
export function parseVersion(text: string): ClamdVersion {
  const [engine, signatures, date] = text.split('/')
  const at = date === undefined ? Number.NaN : Date.parse(`${date} UTC`)
  return { engine: engine!.trim(), signatures, signaturesAt: Number.isNaN(at) ? undefined : at }
}

function verdictOf(answer: string, path: string): ClamdVerdict {
  const found = /^stream: (.+) FOUND$/.exec(answer)?.[1]
  if (found) return { found, tooLarge: false }
  if (answer === 'stream: OK') return { found: undefined, tooLarge: false }
  if (answer.includes('size limit exceeded')) return TOO_LARGE
  throw new AppError(
    'program.failed',
    `expected a verdict of clamd at ${path}, got ${JSON.stringify(answer.slice(0, 200))}`,
  )
}

/** A connection, and all that is said on it until its end; empty when nothing is. */
type Line = { socket: Socket; answer: Promise<string> }

async function openLine(path: string): Promise<Line> {
  const socket = connect(path)
  socket.setTimeout(PATIENCE_MS, () => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', (cause) =>
      reject(new AppError('program.failed', `expected a clamd at ${path}, got: ${cause.message}`, {}, cause)),
    )
  })
  socket.on('error', () => {})
  let said = ''
  socket.on('data', (part) => {
    said += String(part)
    if (said.includes('\0')) socket.destroy()
  })
  const answer = new Promise<string>((resolve) => socket.once('close', () => resolve(said.replace(/\0.*$/s, ''))))
  return { socket, answer }
}

/** Every part with its length before it (four bytes, network order); a length of 0 ends the stream. */
async function sendAll({ socket }: Line, stream: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const part of stream)
    for (let at = 0; at < part.length; at += MOST_PART) {
      if (socket.destroyed) return
      await send(socket, part.subarray(at, at + MOST_PART))
    }
  await send(socket, new Uint8Array(0))
}

async function send(socket: Socket, part: Uint8Array): Promise<void> {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(part.length)
  socket.write(length)
  if (part.length === 0 || socket.write(part) || socket.destroyed) return
  await new Promise<void>((resolve) => {
    const end = (): void => {
      socket.off('drain', end).off('close', end)
      resolve()
    }
    socket.once('drain', end).once('close', end)
  })
}
