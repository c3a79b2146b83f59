import { describe, expect, it, test } from 'vitest'
import { decodeSyslog, syslogLine } from '../../../src/wire/syslog/decode-syslog.ts'
import { seeded } from '../../seeded.ts'

const read = (text: string) => decodeSyslog(Buffer.from(text)).map(syslogLine)

test.each([
  // What BusyBox’s syslogd of Debian’s installer sends: no host.
  [
    '<30>Nov 22 05:01:02 anna[3151]: DEBUG: retrieving partman-auto 162',
    ['anna[3151]: DEBUG: retrieving partman-auto 162'],
  ],
  ['<6>Nov  2 05:01:02 kernel: [    1.23] tsc: Fast TSC', ['kernel: [    1.23] tsc: Fast TSC']],
  // RFC 3164 §5.4, example 1 and 2.
  [
    "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
    ["su: 'su root' failed for lonvick on /dev/pts/8"],
  ],
  ['Use the BFG!', ['Use the BFG!']],
  // RFC 5424 §6.5, examples 1 and 3.
  [
    "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8",
    ["su: 'su root' failed for lonvick on /dev/pts/8"],
  ],
  [
    '<165>1 2003-10-11T22:14:15.003Z host anaconda 811 ID47 [a@32473 iut="3" eventSource="App\\"]"][b@1] it goes on',
    ['anaconda[811]: it goes on'],
  ],
  ['<165>1 2003-10-11T22:14:15.003Z host evntslog - ID47 [a@32473 iut="3"]', []],
  ['<13>Nov 22 05:01:02 root: one\ntwo\r\n\n', ['root: one', 'root: two']],
  ['<13>', []],
  ['<999>Nov 22 05:01:02 x: y', ['x: y']],
])('%j is read', (datagram, lines) => expect(read(datagram)).toEqual(lines))

describe('what nobody should send', () => {
  it('never throws, and makes no line of nothing', () => {
    const random = seeded(7)
    for (let round = 0; round < 2000; round += 1) {
      for (const line of decodeSyslog(random.bytes(random.below(200)))) expect(line.text.trimEnd()).not.toBe('')
    }
  })

  it('reads no more than 8 KiB of a datagram, in a time that does not grow faster than it', () => {
    const [message] = decodeSyslog(Buffer.from(`<13>Nov 22 05:01:02 x: ${'a'.repeat(60_000)}`))
    expect(message!.text.length).toBeLessThan(8192)
    const started = performance.now()
    for (const evil of ['<1>1 a b c d e [', '<1>1 a b c d e ["'.repeat(500), '[x '.repeat(2700), '\\"'.repeat(4000)])
      decodeSyslog(Buffer.from(`<1>1 a b c d e [${evil}`))
    expect(performance.now() - started).toBeLessThan(1000)
  })
})
