import type { BenchRow } from './bench-section.ts'

/** The rows as a Markdown table. */
export function printTable(rows: BenchRow[]): string {
  const lines = rows.map(({ name, ours, rival, rivalName, unit, ratio, wanted }) =>
    [
      `\`${name}\``,
      figure(ours),
      rivalName,
      figure(rival),
      unit,
      ratio.toFixed(3),
      wanted === undefined ? '' : `≤ ${wanted}`,
    ].join(' | '),
  )
  return [
    'name | ours | against | its figure | unit | ratio | wanted',
    '--- | --- | --- | --- | --- | --- | ---',
    ...lines,
  ]
    .map((line) => `| ${line} |`)
    .join('\n')
}

const figure = (value: number): string => value.toFixed(value < 100 ? 2 : 0)
