import { Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { sendSpan } from '../../../src/servers/http-boot/send-span.ts'

/** Waits long enough for what rejected unheard to be told to the process. */
const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 3; turns++) await turn()
}

it('survives a reader that goes away while the next piece is read from the disk', async () => {
  const unheard: unknown[] = []
  const note = (error: unknown): void => void unheard.push(error)
  process.on('unhandledRejection', note)
  const writing = Promise.withResolvers<(error: Error) => void>()
  const reader = new Writable({ write: (_bytes, _encoding, done) => writing.resolve(done) }).on('error', () => {})
  let reads = 0
  const read = async (_buffer: Buffer, _at: number, length: number) => {
    if (++reads === 2) {
      const lose = await writing.promise
      lose(new Error('ECONNRESET'))
      await settle()
    }
    return { bytesRead: length }
  }
  expect(await sendSpan({ read }, { start: 0, end: (2 << 20) - 1 }, reader)).toBe(0)
  process.off('unhandledRejection', note)
  expect([reader.destroyed, unheard]).toEqual([true, []])
})
