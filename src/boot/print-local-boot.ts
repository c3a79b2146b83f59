import { LOCAL_BOOT, type LocalBootRow } from './local-boot.ts'

/** The table of docs/booting.md: every transport's way to the own disk. A test fails when the page is stale. */
export function printLocalBoot(): string {
  const rows = Object.entries(LOCAL_BOOT).map(([name, { asks, answer, measured, template }]: [string, LocalBootRow]) =>
    [`\`${name}\``, asks, template ? `${answer} (\`boot-templates/${template}\`)` : answer, measured].join(' | '),
  )
  return [
    '| row | who asks | answer | how long until the firmware goes on |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n')
}
