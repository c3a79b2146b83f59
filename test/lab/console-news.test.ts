import { expect, it } from 'vitest'
import { createNewsJudge } from '../../src/lab/console-news.ts'

/** As Debian 12's installer draws it on a serial line while it waits for a key that nobody presses. */
const status = (time: string): string =>
  `\u001b[H\u001b[7m\u001b[m\u001b[32m\u001b[40m[           \u001b[37m\u001b[31m (\u001b[37m1*installer\u001b[31m)\u001b[37m  2 shell  3 shell  4- log           \u001b[32m][\u001b[34m Nov 21 \u001b[37m${time} \u001b[32m]\r\u001b[13B\u001b[0m`

it('takes a status line that is drawn again with another time for nothing new, once or twice in a stretch', () => {
  const isNews = createNewsJudge()
  expect([status('18:58'), status('18:59'), status('19:00')].map(isNews)).toEqual([true, false, false])
  const twice = status('19:01') + status('19:02')
  expect([isNews(twice), isNews(status('19:03')), isNews(twice)]).toEqual([true, false, false])
})

it('hears that a progress moves on, however little it says', () => {
  const isNews = createNewsJudge()
  expect(['... 2%', '... 3%', '.', '.', 'Configuring libc6:amd64', status('10:00')].map(isNews)).toEqual(
    Array(6).fill(true),
  )
})

it('hears nothing in silence and in what moves the cursor only', () => {
  const isNews = createNewsJudge()
  expect(['', '\u001b[H\u001b[J', ' \r\n', '12:34:56'].map(isNews)).toEqual([false, false, false, false])
})
