import { formatBytes } from '../core/quantity.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import { type ApplianceDoor, FRESH, type Progress, textOption } from './appliance-commands.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'
import { startProgressBar } from './progress-bar.ts'

type Door = (call: Call) => Promise<ApplianceDoor>

const VERSION = { says: 'version', value: 'VERSION' }

/** Commands that work on the image library of this appliance. */
export const imageCommands = (door: Door): Command[] => [...intoLibrary(door), ...ofLibrary(door)]

function intoLibrary(door: Door): Command[] {
  return [
    {
      ...{ name: 'image build', says: 'Build an image version from a recipe', words: ['RECIPE'] },
      options: { version: VERSION, fresh: FRESH },
      run: async (call) => {
        const appliance = await door(call)
        const row = await bar('storing chunks', (onProgress) =>
          appliance.buildImage(
            call.words[0]!,
            textOption(call, 'version'),
            call.options.fresh === true,
            (step) => call.say(`image: ${step}`),
            onProgress,
          ),
        )
        call.print(row, told(row))
        return 0
      },
    },
    {
      ...{ name: 'image import', says: 'Import a disk file as an image version', words: ['FILE'] },
      options: {
        format: { says: 'raw or qcow2', value: 'FORMAT' },
        name: { says: 'name of the image', value: 'NAME' },
        version: VERSION,
      },
      run: async (call) => {
        const appliance = await door(call)
        const row = await bar('storing chunks', (onProgress) =>
          appliance.importImage(
            call.words[0]!,
            textOption(call, 'format') ?? '',
            textOption(call, 'name') ?? '',
            textOption(call, 'version') ?? '',
            onProgress,
          ),
        )
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
        const report = await bar('verifying', (onProgress) =>
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
          formatBytes(row.size),
          formatBytes(row.storedBytes),
          formatBytes(row.ownBytes),
          row.createdAt,
          row.manifestDigest.slice(0, 12),
        ])
        call.print(rows, formatTable(['NAME', 'VERSION', 'DISK', 'STORED', 'OWN', 'CREATED', 'MANIFEST'], cells))
        return 0
      },
    },
    {
      ...{ name: 'image show', says: 'One version with its facts', words: ['NAME'], options: { version: VERSION } },
      run: async (call) => {
        const { row, manifest } = await (await door(call)).image(call.words[0]!, textOption(call, 'version'))
        const { chunks, ...facts } = manifest
        call.print(
          { ...row, manifest },
          `${told(row)}\n${JSON.stringify({ ...facts, chunks: `${(chunks as unknown[]).length} chunks` }, null, 2)}`,
        )
        return 0
      },
    },
  ]
}

async function bar<T>(label: string, work: (onProgress: Progress) => Promise<T>): Promise<T> {
  const progress = startProgressBar(label)
  try {
    return await work(progress.update)
  } finally {
    progress.end()
  }
}

const told = (row: ImageVersion): string =>
  `${row.name} ${row.version}: ${formatBytes(row.size)} disk, ${formatBytes(row.storedBytes)} stored, ${formatBytes(row.ownBytes)} of its own, manifest ${row.manifestDigest}`
