import type { BenchRow } from './bench-section.ts'

/** The rows as a Markdown table. */
export function printTable(rows: BenchRow[]): string {
  const lines = rows.map(({ name, ours, rival, rivalName, unit, ratio }) =>
    [`\`${name}\``, figure(ours), rivalName, figure(rival), unit, ratio.toFixed(2)].join(' | '),
  )
  return ['name | ours | rival | its figure | unit | ratio', '--- | --- | --- | --- | --- | ---', ...lines]
    .map((line) => `| ${line} |`)
    .join('\n')
}

/** The last line of the bench: every ratio by its name. */
export const printRatios = (rows: BenchRow[]): string =>
  JSON.stringify({ ratios: Object.fromEntries(rows.map(({ name, ratio }) => [name, Number(ratio.toFixed(3))])) })

const figure = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0))
