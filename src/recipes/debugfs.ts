import { join, posix } from 'node:path'
import type { BuildStep } from './build-step.ts'
import { type Capabilities, capabilityCommand } from './capabilities.ts'
import type { TreeChange } from './tree-change.ts'
import type { TreeEntry } from './tree-scan.ts'

/** A file system at `offset` bytes of a disk file; new inodes are made at `epoch` (s). */
export type Place = { disk: string; offset: number; epoch: number }

/** The folder with the new contents, and the file capabilities in it. */
export type TreeSource = { tree: string; capabilities: Capabilities }

const TYPE_BITS = { file: 0o100000, folder: 0o040000, link: 0o120000, other: 0 } as const

/** Does the changes inside of the file system; `source` has the new contents. Throws recipe.failed when one is refused. */
export async function applyChanges(
  step: BuildStep,
  place: Place,
  source: TreeSource,
  changes: TreeChange[],
): Promise<void> {
  const other = changes.find((change) => change.entry.type === 'other')
  if (other) throw step.fail(`expected files, folders and links, got something else at ${other.path}`)
  await runDebugfs(step, place, debugfsCommands(source, changes))
}

/** The changes in debugfs's language (debugfs(8)). */
export function debugfsCommands(source: TreeSource, changes: TreeChange[]): string[] {
  return changes.flatMap(({ kind, path, entry }) => {
    if (kind === 'create') return create(source, path, entry)
    if (kind === 'facts') return setFacts(path, entry)
    return [`${entry.type === 'folder' ? 'rmdir' : 'rm'} ${quoteForDebugfs(path)}`]
  })
}

function create(source: TreeSource, path: string, entry: TreeEntry): string[] {
  // The commands that make something take its name, not its path.
  const inside = [`cd ${quoteForDebugfs(posix.dirname(path))}`]
  const name = quoteForDebugfs(posix.basename(path))
  if (entry.type === 'folder') return [...inside, `mkdir ${name}`]
  if (entry.type === 'link') return [...inside, `symlink ${name} ${quoteForDebugfs(entry.content)}`]
  const written = [...inside, `write ${quoteForDebugfs(join(source.tree, path))} ${name}`]
  const capability = source.capabilities.get(path)
  return capability ? [...written, capabilityCommand(quoteForDebugfs(path), capability)] : written
}

function setFacts(path: string, entry: TreeEntry): string[] {
  const times = ['mtime', 'ctime', 'atime'].map((field) => setField(path, field, `@${entry.mtime}`))
  const owner = [setField(path, 'uid', String(entry.uid)), setField(path, 'gid', String(entry.gid))]
  const mode = `0${(TYPE_BITS[entry.type] | entry.mode).toString(8)}`
  return [...(entry.type === 'link' ? [] : [setField(path, 'mode', mode)]), ...owner, ...times]
}

/** The command that sets one field of the inode at `path`; times are `@` and seconds since the epoch. */
export const setField = (path: string, field: string, value: string): string =>
  `set_inode_field ${quoteForDebugfs(path)} ${field} ${value}`

/** Lines that debugfs prints when all is well: its name, the echo of each command, the inode it took, a row of `ls -p`. */
const EXPECTED_LINE = /^(debugfs[ :]|Allocated inode: \d+$|\/\d+\/\d+\/|\s*$)/

/** The output of commands on a file system. debugfs ends with 0 whatever happens, so that any line it should not print is a fault. */
export async function runDebugfs(step: BuildStep, place: Place, commands: string[]): Promise<string> {
  if (commands.length === 0) return ''
  const input = `${commands.join('\n')}\n`
  const env = { E2FSPROGS_FAKE_TIME: String(place.epoch) }
  const output = await step.run('debugfs', ['-w', '-f', '-', `${place.disk}?offset=${place.offset}`], {
    input,
    env,
    both: true,
  })
  const fault = output.split('\n').find((line) => !EXPECTED_LINE.test(line))
  if (fault) throw step.fail(`expected debugfs to do all ${commands.length} commands, got: ${fault}`)
  return output
}

/** Quoted for debugfs's parser, which doubles a quote inside of quotes. */
export const quoteForDebugfs = (text: string): string => `"${text.replaceAll('"', '""')}"`
