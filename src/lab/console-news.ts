import { stripVTControlCharacters } from 'node:util'

const TIME_OF_DAY = /\d\d:\d\d(:\d\d)?/g
/** Less than this may well come twice and mean something: the dots and percents of a progress. */
const SHORT = 24
const REMEMBERED = 16

/**
 * Tells of each stretch of a console's text whether it says anything new. Debian's installer draws the same status line every
 * minute with another time, also while it waits for an answer that nobody gives.
 */
export function createNewsJudge(): (text: string) => boolean {
  const known: string[] = []
  return (text) => {
    const said = stripVTControlCharacters(text).replace(TIME_OF_DAY, '').replace(/\s+/g, ' ').trim()
    if (said === '' || known.includes(said)) return false
    if (said.length >= SHORT) known.push(said)
    if (known.length > REMEMBERED) known.shift()
    return true
  }
}
