import { connect } from 'node:net'
import type { Check } from '../domain/check.ts'
import { skipped } from './verdict.ts'

const WAIT_MILLISECONDS = 10_000
const MAX_BANNER = 256

/** From outside: every port that the image promises greets with what the image promises. */
export const tcpBanner: Check = {
  id: 'tcp-banner',
  says: 'Its services answer from outside',
  judge: async ({ image, peer }) => {
    if (image.banners.length === 0) return skipped('the image promises no service')
    const got = await Promise.all(
      image.banners.map(async ({ port, expect }) => ({ port, expect, said: await readBanner(peer, port) })),
    )
    const wrong = got.filter(({ expect, said }) => !said.startsWith(expect))
    const tell = (rows: typeof got, of: 'expect' | 'said') => rows.map((row) => `${row.port}: ${row[of]}`).join(', ')
    return { outcome: wrong.length === 0 ? 'passed' : 'failed', expected: tell(got, 'expect'), got: tell(got, 'said') }
  },
}

/** The first line that a TCP port sends, or why there is none. */
function readBanner(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: WAIT_MILLISECONDS })
    const end = (text: string): void => {
      socket.destroy()
      resolve(text.replace(/[^\x20-\x7e]/g, '').slice(0, MAX_BANNER))
    }
    socket.once('data', (bytes: Buffer) => end(bytes.toString('latin1').split('\n')[0]!))
    socket.once('timeout', () => end('(no answer)'))
    socket.once('error', (error) => end(`(${error.message})`))
    socket.once('end', () => end('(closed without a word)'))
  })
}
