import { writeFile } from 'node:fs/promises'
import { formatBytes } from '../core/quantity.ts'
import { type ApplianceDoor, type ScanSaid, textOption } from './appliance-commands.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'
import { progressOf } from './progress-bar.ts'

const VERSION = ['NAME', 'VERSION']

/** Commands that look into a version without booting it, and put what they saw on its record. */
export const imageInspectCommands = (door: (call: Call) => Promise<ApplianceDoor>): Command[] => [
  {
    ...{ name: 'image sbom', says: 'Put the packages of a version on record, as CycloneDX 1.6', words: VERSION },
    options: { output: { says: 'write the document there too', value: 'FILE' } },
    run: async (call) => {
      const [name, version] = call.words as [string, string]
      const appliance = await door(call)
      const done = await progressOf('reading', (onProgress) => appliance.imageSbom(name, version, onProgress))
      const file = textOption(call, 'output')
      if (file !== undefined) await writeFile(file, done.sbom)
      call.print(JSON.parse(done.sbom), `${done.packages} packages${file === undefined ? '' : `, written to ${file}`}`)
      return 0
    },
  },
  {
    ...{ name: 'image scan', says: 'Let ClamAV look at every file of a version, for the record', words: VERSION },
    options: {},
    run: async (call) => {
      const [name, version] = call.words as [string, string]
      const appliance = await door(call)
      const report = await progressOf('scanning', (onProgress) => appliance.scanImage(name, version, onProgress))
      call.print(report, drawScan(report))
      return report.found.length === 0 ? 0 : 1
    },
  },
]

function drawScan({ engine, signatures, files, bytes, found, notRead }: ScanSaid): string {
  const by = `${engine}, signatures ${signatures ?? 'without a date'}`
  const head = `${files} files of ${formatBytes(bytes)} looked at by ${by}: ${found.length === 0 ? 'clean' : `${found.length} infected`}`
  const table = found.map(({ file, virus }) => [file, virus])
  return [
    head,
    ...(found.length > 0 ? ['', formatTable(['FILE', 'FOUND'], table)] : []),
    ...notRead.map((what) => `not read: ${what}`),
  ].join('\n')
}
