import { expect, it, test } from 'vitest'
import { answerContent } from '../../../src/servers/http-boot/content-answer.ts'

const CONTENT = { size: 1000, etag: '"e"', headers: { 'content-type': 'x/y' } }
const answer = (asked: Record<string, string>, method = 'GET', size = 1000) =>
  answerContent(method, asked, { ...CONTENT, size })

test.each([
  ['bytes=0-99', 0, 99],
  ['bytes=900-', 900, 999],
  ['bytes=900-5000', 900, 999],
  ['bytes=-1', 999, 999],
  ['bytes=-5000', 0, 999],
  ['Bytes=0-0', 0, 0],
])('%s is a part', (range, start, end) => {
  expect(answer({ range })).toEqual({
    status: 206,
    span: { start, end },
    headers: {
      'content-type': 'x/y',
      'accept-ranges': 'bytes',
      etag: '"e"',
      'content-length': `${end + 1 - start}`,
      'content-range': `bytes ${start}-${end}/1000`,
    },
  })
})

test.each(['bytes=1000-', 'bytes=1000-2000', 'bytes=-0'])('%s is outside, and the size is told', (range) =>
  expect(answer({ range })).toMatchObject({
    status: 416,
    span: undefined,
    headers: { 'content-range': 'bytes */1000', 'content-length': '0' },
  }),
)

test.each(['bytes=0-1,5-6', 'bytes=9-3', 'lines=1-2', 'bytes=-', 'bytes=a-b', 'bytes', ''])(
  '%j is ignored: the whole is sent',
  (range) => expect(answer({ range })).toMatchObject({ status: 200, span: { start: 0, end: 999 } }),
)

test.each([
  ['the same content', '"e"', 206],
  ['other content', '"f"', 200],
  ['a weak tag, which proves too little', 'W/"e"', 200],
  ['a date', 'Sat, 21 Nov 2026 00:00:00 GMT', 200],
])('a range on the condition of %s', (_name, condition, status) =>
  expect(answer({ range: 'bytes=0-9', 'if-range': condition }).status).toBe(status),
)

test.each(['"e"', 'W/"e"', '"a", "e"', '*'])('nothing is sent to who has %s', (known) =>
  expect(answer({ 'if-none-match': known })).toMatchObject({ status: 304, span: undefined, headers: { etag: '"e"' } }),
)

it('is sent to who has another version', () => expect(answer({ 'if-none-match': '"f"' }).status).toBe(200))

it('HEAD tells the whole length and sends nothing, range or not', () =>
  expect(answer({ range: 'bytes=0-9' }, 'HEAD')).toMatchObject({
    status: 200,
    span: undefined,
    headers: { 'content-length': '1000' },
  }))

it('of nothing, the whole is empty and every range is outside', () => {
  expect(answer({}, 'GET', 0)).toMatchObject({ status: 200, span: undefined, headers: { 'content-length': '0' } })
  for (const range of ['bytes=0-', 'bytes=-5']) expect(answer({ range }, 'GET', 0).status).toBe(416)
})
