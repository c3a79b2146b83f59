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
    ...{ name: 'image archive', says: 'Write all of a version into one file', words: ['NAME', 'VERSION', 'FILE'] },
    options: {},
    run: async (call) => {
      const [name, version, file] = call.words as [string, string, string]
      const appliance = await door(call)
      const done = await progressOf('writing', (onProgress) => appliance.archiveImage(name, version, file, onProgress))
      call.print(done, `${file}: ${formatBytes(done.bytes)}, SHA-256 ${done.sha256}; the version is ${done.state}`)
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

/** Commands for the keys that sign images, and those whose signatures count. */
export const imageKeyCommands = (door: (call: Call) => Promise<ApplianceDoor>): Command[] => [
  {
    ...{ name: 'image keys', says: 'The keys whose signatures count, the own one first', words: [], options: {} },
    run: async (call) => {
      const keys = await (await door(call)).imageKeys()
      const cells = keys.map(({ id, raw }, at) => [id, at === 0 ? 'signs here' : 'trusted', raw])
      call.print(keys, formatTable(['ID', '', 'PUBLIC KEY (ED25519, BASE64)'], cells))
      return 0
    },
  },
  {
    ...{ name: 'image keys rotate', says: 'Sign with a new key; what the old one signed stays good', words: [] },
    options: {},
    run: async (call) => {
      const key = await (await door(call)).rotateImageKey()
      call.print(key, `key ${key.id} signs from now on; build the ramdisks anew, so that agents trust it`)
      return 0
    },
  },
  {
    ...{
      name: 'image keys trust',
      says: 'Let another appliance’s public key (PEM) count',
      words: ['FILE'],
      options: {},
    },
    run: async (call) => {
      const key = await (await door(call)).trustImageKey(call.words[0]!)
      call.print(key, `key ${key.id} is trusted; build the ramdisks anew, so that agents trust it`)
      return 0
    },
  },
  {
    ...{ name: 'image keys distrust', says: 'Let a key count no more', words: ['ID'], options: {} },
    run: async (call) => {
      await (await door(call)).distrustImageKey(call.words[0]!)
      call.print({ id: call.words[0] }, `key ${call.words[0]} is not trusted any more`)
      return 0
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
