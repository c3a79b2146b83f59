import type { Proof } from './family.ts'
import { FAMILIES } from './index.ts'

const PROOF: Readonly<Record<Proof, string>> = {
  booted: 'seen in the bench',
  begun: 'its installer was seen in the bench, up to what no archive at hand serves; not to its end',
  judged: 'judged by its rules; its installer was not seen',
  filesOnly: 'files only: nothing starts them',
}

/** docs/families.md: what is rendered for which releases, and how far each was tried. */
export const printFamilies = (): string =>
  [
    '# Families of operating systems, and boot loaders',
    '',
    'Printed from `src/families/`; do not edit. What could only be judged and was not seen booting says so: a file that its judge finds',
    'nothing in may still be refused by an installer. Boot scripts belong to a loader, whatever is installed by them.',
    '',
    '| family | releases | files | [installed by a run](how-to/install-a-machine.md) | how far it was tried |',
    '|---|---|---|---|---|',
    ...FAMILIES.map(
      ({ name, title, releases, files, proof, install }) =>
        `| **${title}** \`${name}\` | ${releases.map((one) => one.title).join(', ')} | ${files.map((one) => `\`${one.name}\``).join(', ')} | ${install ? 'yes' : '–'} | ${PROOF[proof]} |`,
    ),
    '',
    '## What the judges can not know',
    '',
    ...FAMILIES.flatMap(({ title, unjudged }) => [`- **${title}**: ${unjudged.join('; ')}.`]),
    '',
  ].join('\n')
