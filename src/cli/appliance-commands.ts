import type { Call, Command } from './command.ts'
import { formatBytes, formatTable } from './format.ts'
import { startProgressBar } from './progress-bar.ts'

type Progress = (done: number, total: number) => void
type VersionRow = {
  name: string
  version: string
  manifestDigest: string
  size: number
  storedBytes: number
  ownBytes: number
  createdAt: string
}

/** What commands on the appliance itself may do, before any token exists. Sizes in bytes. */
export type ApplianceDoor = {
  serve(call: Call): Promise<number>
  printConfig(): unknown
  addUser(
    name: string,
    role: string,
    withToken: boolean,
  ): Promise<{ name: string; role: string; link: string; token: string | undefined }>
  buildRamdisk(
    flavour: string,
    fresh: boolean,
    onStep: (step: string) => void,
  ): Promise<{ flavour: string; release: string; bytes: number; digest: string }>
  buildImage(
    recipe: string,
    version: string | undefined,
    fresh: boolean,
    onStep: (step: string) => void,
    onProgress: Progress,
  ): Promise<VersionRow>
  importImage(file: string, format: string, name: string, version: string, onProgress: Progress): Promise<VersionRow>
  verifyImage(
    name: string,
    version: string | undefined,
    deep: boolean,
    onProgress: Progress,
  ): Promise<{ digest: string; signedBy: string; faults: string[] }>
  images(): Promise<VersionRow[]>
  image(name: string, version: string | undefined): Promise<{ row: VersionRow; manifest: Record<string, unknown> }>
}

const text = (call: Call, name: string): string | undefined => {
  const value = call.options[name]
  return typeof value === 'string' ? value : undefined
}
const FRESH = { says: 'ignore cached artefacts' }
const VERSION = { says: 'version', value: 'VERSION' }

/** Commands that work on the appliance's own data folder. */
export function applianceCommands(door: (call: Call) => Promise<ApplianceDoor>): Command[] {
  return [
    {
      ...{ name: 'serve', says: 'Run the service', words: [] },
      options: { 'print-config': { says: 'print the settings in force and end' } },
      run: async (call) => {
        const appliance = await door(call)
        if (call.options['print-config'] !== true) return appliance.serve(call)
        call.print(appliance.printConfig(), JSON.stringify(appliance.printConfig(), null, 2))
        return 0
      },
    },
    {
      ...{ name: 'user add', says: 'Add a user; prints a one-time link to set the password', words: ['NAME'] },
      options: {
        role: { says: 'viewer, operator, approver or admin (default viewer)', value: 'ROLE' },
        token: { says: 'make an API token too' },
      },
      run: async (call) => {
        const user = await (await door(call)).addUser(
          call.words[0]!,
          text(call, 'role') ?? 'viewer',
          call.options.token === true,
        )
        const lines = [
          `user ${user.name} (${user.role})`,
          `set the password once, within a day: ${user.link}`,
          ...(user.token ? [`token (shown once): ${user.token}`] : []),
        ]
        call.print(user, lines.join('\n'))
        return 0
      },
    },
    {
      ...{ name: 'agent build', says: 'Build the ramdisk: kernel, tools, Node and the agent', words: [] },
      options: { flavour: { says: 'cloud or generic (default cloud)', value: 'NAME' }, fresh: FRESH },
      run: async (call) => {
        const flavour = text(call, 'flavour') ?? 'cloud'
        const ramdisk = await (await door(call)).buildRamdisk(flavour, call.options.fresh === true, (step) =>
          call.say(`ramdisk: ${step}`),
        )
        call.print(
          ramdisk,
          `ramdisk ${ramdisk.flavour}: kernel ${ramdisk.release}, ${formatBytes(ramdisk.bytes)} in all, ${ramdisk.digest}`,
        )
        return 0
      },
    },
    ...imageCommands(door),
  ]
}

function imageCommands(door: (call: Call) => Promise<ApplianceDoor>): Command[] {
  const bar = async <T>(label: string, work: (onProgress: Progress) => Promise<T>): Promise<T> => {
    const progress = startProgressBar(label)
    try {
      return await work(progress.update)
    } finally {
      progress.end()
    }
  }
  const told = (row: VersionRow): string =>
    `${row.name} ${row.version}: ${formatBytes(row.size)} disk, ${formatBytes(row.storedBytes)} stored, ${formatBytes(row.ownBytes)} of its own, manifest ${row.manifestDigest}`
  return [
    {
      ...{ name: 'image build', says: 'Build an image version from a recipe', words: ['RECIPE'] },
      options: { version: VERSION, fresh: FRESH },
      run: async (call) => {
        const appliance = await door(call)
        const row = await bar('storing chunks', (onProgress) =>
          appliance.buildImage(
            call.words[0]!,
            text(call, 'version'),
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
            text(call, 'format') ?? '',
            text(call, 'name') ?? '',
            text(call, 'version') ?? '',
            onProgress,
          ),
        )
        call.print(row, told(row))
        return 0
      },
    },
    {
      ...{ name: 'image verify', says: 'Check signature and chunks of a version', words: ['NAME'] },
      options: { version: VERSION, deep: { says: 'read and hash every chunk' } },
      run: async (call) => {
        const appliance = await door(call)
        const report = await bar('verifying', (onProgress) =>
          appliance.verifyImage(call.words[0]!, text(call, 'version'), call.options.deep === true, onProgress),
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
        const { row, manifest } = await (await door(call)).image(call.words[0]!, text(call, 'version'))
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
