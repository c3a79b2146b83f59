import { readFileSync } from 'node:fs'
import Handlebars from 'handlebars'
import { answerValues } from '../../../src/app/answer-files.ts'
import { secretsIn } from '../../../src/domain/install/secrets-in.ts'
import { kickstart } from '../../../src/families/kickstart.ts'
import { compileBootTemplate } from '../../../src/templates/boot-template.ts'
import { FAMILY_CASES, revealSample, valuesOf } from '../../families/family-cases.ts'

const [RENDERS, ROUNDS, RELEASE] = [2000, 9, 'rocky-10']
const median = (all: number[]): number => [...all].sort((a, b) => a - b)[all.length >> 1]!
const timed = (work: () => unknown): number => {
  const started = performance.now()
  for (let done = 0; done < RENDERS; done += 1) work()
  return performance.now() - started
}

const [{ template, format }] = kickstart.files
const source = readFileSync(new URL(`../../../boot-templates/${template}`, import.meta.url), 'utf8')
const values = valuesOf(FAMILY_CASES['lvm-raid']!, kickstart, RELEASE)
const all = answerValues({ family: kickstart, release: RELEASE, values, options: {} })

const quoting = compileBootTemplate(template, source, format)
/** From the machine's facts to the text, as for a machine that fetches its file. */
const ours = () => quoting(answerValues({ family: kickstart, release: RELEASE, values, options: {} }), revealSample)

/** What everybody else does: the same template, values as they are. Parts in another format are left to themselves. */
const handlebars = Handlebars.create()
handlebars.registerHelper('as', function (this: unknown, _format: string, { fn }: Handlebars.HelperOptions) {
  return fn(this)
})
const naive = handlebars.compile(source, { noEscape: true })
const plain = () => naive(all)

if (secretsIn(all).length === 0) throw new Error('expected secrets among the values')
ours()
plain()
// One after the other, so that what else runs on the machine slows both.
const rounds = Array.from({ length: ROUNDS }, () => ({ ours: timed(ours), plain: timed(plain) }))
const [mine, theirs] = [median(rounds.map((round) => round.ours)), median(rounds.map((round) => round.plain))]
const perSecond = (ms: number): string => Math.round((RENDERS / ms) * 1000).toLocaleString('en')
console.log(`kickstart with LVM on RAID1, ${ours().split('\n').length} lines; median of ${ROUNDS} rounds of ${RENDERS}`)
console.log(
  `quoted ${perSecond(mine)} renders/s a core; Handlebars without quoting ${perSecond(theirs)}; ratio ${(theirs / mine).toFixed(2)}`,
)
