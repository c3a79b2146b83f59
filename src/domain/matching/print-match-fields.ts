import { MATCH_FIELDS } from './match-fields.ts'
import { OPERATORS } from './match-rule.ts'

const VALUES = { text: 'text', number: 'a number', flag: '`true` or `false`' } as const

/** `docs/match-fields.md`: every field that a rule may name, and every operator. */
export const printMatchFields = (): string =>
  [
    '# What a rule of a hardware profile may say',
    '',
    'Printed from `src/domain/matching/`; `npx vitest run test/domain/matching -u` prints it anew. A rule is `{ field, is, value }`.',
    'Where a machine has several of something, one that fits is enough, and none may where a rule says *not*. What an agent did not',
    'find is not there: it equals nothing and is not known.',
    '',
    '| field | what it is | value |',
    '|---|---|---|',
    ...Object.entries(MATCH_FIELDS).map(([name, { says, type }]) => `| \`${name}\` | ${says} | ${VALUES[type]} |`),
    '',
    'Letters large or small are the same. In `like` and `notLike` a `*` stands for any letters and a `?` for one.',
    '',
    '| `is` | in words | fields of |',
    '|---|---|---|',
    ...Object.entries(OPERATORS).map(([name, { says, types }]) => `| \`${name}\` | ${says} | ${types.join(', ')} |`),
    '',
    '`oneOf` takes a list of texts; `known` and `unknown` take no value.',
    '',
  ].join('\n')
