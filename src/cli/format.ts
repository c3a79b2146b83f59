import { printable } from '../core/printable.ts'

/** Rows under a header, columns as wide as their widest cell; every row stays one line. */
export function formatTable(header: string[], cells: string[][]): string {
  const rows = cells.map((row) => row.map(printable))
  const widths = header.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  return [line(header), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n')
}
