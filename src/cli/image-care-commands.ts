import { formatBytes } from '../core/quantity.ts'
import type { ApplianceDoor, SpaceTold } from './appliance-commands.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'
import { progressOf } from './progress-bar.ts'

/** Commands that look after the bytes of the library. */
export const imageCareCommands = (door: (call: Call) => Promise<ApplianceDoor>): Command[] => [
  {
    ...{ name: 'image gc', says: 'Tell what no version needs, and with --delete remove it', words: [] },
    options: { delete: { says: 'remove it; without this nothing changes' } },
    run: async (call) => {
      const isDryRun = call.options.delete !== true
      const appliance = await door(call)
      const found = await progressOf('removing', (onProgress) => appliance.collectGarbage(isDryRun, onProgress))
      const what = `${found.blobs} blobs of ${formatBytes(found.bytes)}`
      const gone = found.versions.length > 0 ? `\nversions whose bytes are not kept: ${found.versions.join(', ')}` : ''
      call.print(found, `${isDryRun ? `nothing needs ${what}; --delete removes them` : `removed ${what}`}${gone}`)
      return 0
    },
  },
  {
    ...{ name: 'image space', says: 'Who takes how much of the library', words: [], options: {} },
    run: async (call) => {
      const report = await (await door(call)).imageSpace()
      call.print(report, drawSpace(report))
      return 0
    },
  },
  {
    ...{ name: 'image scrub', says: 'Read and judge every byte that a version needs', words: [], options: {} },
    run: async (call) => {
      const { blobs, bytes, faults } = await (await door(call)).scrubImages()
      const rows = faults.map(({ digest, problem, healedFrom }) => [digest, problem, healedFrom ?? 'nobody has it'])
      const head = `${blobs} blobs of ${formatBytes(bytes)} read, ${faults.length} damaged`
      call.print({ blobs, bytes, faults }, rows.length === 0 ? head : `${head}\n\n${formatTable(FAULTS, rows)}`)
      return faults.some(({ healedFrom }) => healedFrom === undefined) ? 1 : 0
    },
  },
]

const FAULTS = ['BLOB', 'PROBLEM', 'FETCHED FROM']

function drawSpace({ bytes, blobs, images }: SpaceTold): string {
  const cells = images.flatMap((image) => [
    [image.name, '', ...sharesOf(image)],
    ...image.versions.map((version) => ['', version.version, ...sharesOf(version)]),
  ])
  const table = formatTable(['IMAGE', 'VERSION', 'STORED', 'ITS OWN', 'SHARED'], cells)
  return `${table}\n\n${blobs} blobs, ${formatBytes(bytes)} in all`
}

const sharesOf = ({ stored, exclusive, shared }: { stored: number; exclusive: number; shared: number }): string[] =>
  [stored, exclusive, shared].map(formatBytes)
