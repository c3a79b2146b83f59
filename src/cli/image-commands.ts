import { formatBytes } from '../core/quantity.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import { type ApplianceDoor, FRESH, textOption } from './appliance-commands.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'
import { imageCareCommands, imageKeyCommands } from './image-care-commands.ts'
import { imageExportCommands } from './image-export-commands.ts'
import { imageInspectCommands } from './image-inspect-commands.ts'
import { progressOf } from './progress-bar.ts'
import { STOPPED, stoppable } from './stoppable.ts'

type Door = (call: Call) => Promise<ApplianceDoor>

const VERSION = { says: 'version', value: 'VERSION' }

/** Commands that work on the image library of this appliance. */
export const imageCommands = (door: Door): Command[] => [
  ...intoLibrary(door),
  ...ofLibrary(door),
  ...imageExportCommands(door),
  ...imageCareCommands(door),
  ...imageKeyCommands(door),
  ...imageInspectCommands(door),
]

function intoLibrary(door: Door): Command[] {
  return [
    {
      ...{ name: 'image build', says: 'Build an image version from a recipe', words: ['RECIPE'] },
      options: { version: VERSION, fresh: FRESH },
      run: async (call) => {
        const appliance = await door(call)
        const row = await stoppable((signal) =>
          progressOf('storing chunks', (onProgress) =>
            appliance.buildImage(
              call.words[0]!,
              textOption(call, 'version'),
              call.options.fresh === true,
              (step) => call.say(`image: ${step}`),
              onProgress,
              signal,
            ),
          ),
        )
        if (!row) {
          call.say('Stopped; what the build had made is removed.')
          return STOPPED
        }
        call.print(row, told(row))
        return 0
      },
    },
    {
      ...{ name: 'image import', words: ['FILE'] },
      says: 'Import a disk file, an ISO or a WIM as an image version',
      options: {
        format: {
          says: 'raw, qcow2, vmdk, vhd, vhdx, each also with .xz, .gz, .zst; iso; wim; slipway (default by name); kernel, files (a folder)',
          value: 'FORMAT',
        },
        name: { says: 'name of the image', value: 'NAME' },
        sha256: { says: 'digest of the file, checked before anything is stored', value: 'HEX' },
        version: VERSION,
      },
      run: async (call) => {
        const appliance = await door(call)
        const wish = {
          ...{ file: call.words[0]!, format: textOption(call, 'format') },
          ...{ name: textOption(call, 'name') ?? '', version: textOption(call, 'version') ?? '' },
          sha256: textOption(call, 'sha256'),
        }
        const row = await progressOf('storing', (onProgress) => appliance.importImage(wish, onProgress))
        call.print(row, told(row))
        return 0
      },
    },
  ]
}

function ofLibrary(door: Door): Command[] {
  return [
    {
      ...{ name: 'image verify', says: 'Check signature and chunks of a version', words: ['NAME'] },
      options: { version: VERSION, deep: { says: 'read and hash every chunk' } },
      run: async (call) => {
        const appliance = await door(call)
        const report = await progressOf('verifying', (onProgress) =>
          appliance.verifyImage(call.words[0]!, textOption(call, 'version'), call.options.deep === true, onProgress),
        )
        call.print(
          report,
          report.faults.length === 0 ? `sound, signed by key ${report.signedBy}` : report.faults.join('\n'),
        )
        return report.faults.length === 0 ? 0 : 1
      },
    },
    {
      ...{ name: 'image list', says: 'Every image version', words: [], options: {} },
      run: async (call) => {
        const rows = await (await door(call)).images()
        const cells = rows.map((row) => [
          row.name,
          row.version,
          row.kind,
          formatBytes(row.size),
          formatBytes(row.storedBytes),
          formatBytes(row.ownBytes),
          row.createdAt,
          row.manifestDigest.slice(0, 12),
        ])
        call.print(
          rows,
          formatTable(['NAME', 'VERSION', 'KIND', 'SIZE', 'STORED', 'OWN', 'CREATED', 'MANIFEST'], cells),
        )
        return 0
      },
    },
    {
      ...{ name: 'image show', says: 'One version with its facts', words: ['NAME'], options: { version: VERSION } },
      run: async (call) => {
        const { row, manifest } = await (await door(call)).image(call.words[0]!, textOption(call, 'version'))
        const facts = Object.entries(manifest).map(([name, value]) => [
          name,
          isLong(value) ? `${value.length} of them` : value,
        ])
        call.print({ ...row, manifest }, `${told(row)}\n${JSON.stringify(Object.fromEntries(facts), null, 2)}`)
        return 0
      },
    },
  ]
}

const isLong = (value: unknown): value is unknown[] => Array.isArray(value) && value.length > 16

const told = (row: ImageVersion): string =>
  `${row.name} ${row.version}: ${formatBytes(row.size)} of ${row.kind}, ${formatBytes(row.storedBytes)} stored, ${formatBytes(row.ownBytes)} of its own, manifest ${row.manifestDigest}`
