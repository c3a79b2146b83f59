import type { Finding } from '../../domain/install/finding.ts'
import type { FamilyAnswer, RenderAnswer } from '../api/template-routes.ts'

const PROOF: Readonly<Record<FamilyAnswer['proof'], { says: string; is: string }>> = {
  booted: { says: 'seen in the bench', is: 'good' },
  judged: { says: 'judged by its rules', is: 'info' },
  begun: { says: 'its installer began in the bench', is: 'info' },
  filesOnly: { says: 'files only', is: 'none' },
}
type Origin = FamilyAnswer['files'][number]['origin']

/** Where a template comes from, in words. */
export const originWords = (origin: Origin): string =>
  'version' in origin
    ? `version ${origin.version}`
    : { shipped: 'as shipped', overlay: 'operator’s folder', unsaved: 'not stored' }[origin.kind]

/** A family in the list of all. */
export const familyRow = ({ name, title, proof, releases, files }: FamilyAnswer) => ({
  ...{ name, title, proof: PROOF[proof], releases: releases.map((release) => release.title) },
  files: files.map((file) => ({ ...file, from: originWords(file.origin), isShipped: isShipped(file.origin) })),
})

const isShipped = ({ kind }: Origin): boolean => kind === 'shipped'

/** A rendered answer with its findings beside the lines that they speak of. */
export const renderedView = (rendered: RenderAnswer) => {
  const errors = rendered.findings.filter(({ severity }) => severity === 'error').length
  return {
    ...rendered,
    verdict: verdictOf(rendered.findings, errors),
    lastGiven: rendered.lastGiven && {
      ...rendered.lastGiven,
      files: rendered.lastGiven.files.map(({ name, diff }) => ({ name, lines: diffLines(diff) })),
    },
    said: Object.entries(rendered.from).map(([field, source]) => ({ field, source })),
    files: rendered.files.map(({ name, template, origin, text }) => ({
      ...{ name, template, from: originWords(origin) },
      lines: linesOf(
        text,
        rendered.findings.filter(({ file }) => file === name),
      ),
    })),
  }
}

const verdictOf = (findings: readonly Finding[], errors: number) => {
  if (errors > 0) return { is: 'bad', says: errors === 1 ? '1 error' : `${errors} errors` }
  if (findings.length === 0) return { is: 'good', says: 'nothing found' }
  return { is: 'warn', says: findings.length === 1 ? '1 remark' : `${findings.length} remarks` }
}

const linesOf = (text: string, findings: readonly Finding[]) =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line, at) => ({ number: at + 1, line, findings: findings.filter((one) => one.line === at + 1) }))

/** The lines of a unified diff, each with what it is. */
export const diffLines = (diff: string) =>
  diff
    .split('\n')
    .slice(diff.startsWith('=') ? 1 : 0)
    .filter((line, at, all) => at < all.length - 1 || line !== '')
    .map((line) => ({ line, kind: kindOf(line) }))

function kindOf(line: string): string {
  if (/^(\+\+\+|---|@@)/.test(line)) return 'is-place'
  if (line.startsWith('+')) return 'is-new'
  return line.startsWith('-') ? 'is-gone' : ''
}
