import type { TreeEntry, TreeScan } from './tree-scan.ts'

/**
 * One thing to do to a file system so that it holds another tree. `remove`: the old entry goes; `create`: a new one with
 * its facts; `facts`: owner, mode or time only. An entry of another type is removed, then created.
 */
export type TreeChange =
  | { kind: 'remove'; path: string; entry: TreeEntry }
  | { kind: 'create'; path: string; entry: TreeEntry }
  | { kind: 'facts'; path: string; entry: TreeEntry }

/** What leads from one scan to another: removals from the leaves up, creations from the root down, facts last and leaves first. */
export function treeChanges(before: TreeScan, after: TreeScan): TreeChange[] {
  const removals: TreeChange[] = []
  const creations: TreeChange[] = []
  const facts: TreeChange[] = []
  for (const [path, entry] of before) {
    const next = after.get(path)
    if (!next || !sameContent(entry, next)) removals.push({ kind: 'remove', path, entry })
  }
  for (const [path, entry] of after) {
    const old = before.get(path)
    const created = !old || !sameContent(old, entry)
    if (created) creations.push({ kind: 'create', path, entry })
    // Also what was created: debugfs makes it with its own idea of owner, mode and time.
    if (created || !sameFacts(old, entry)) facts.push({ kind: 'facts', path, entry })
  }
  return [...removals.reverse(), ...creations, ...facts.reverse()]
}

const sameContent = (a: TreeEntry, b: TreeEntry): boolean =>
  a.type === b.type && a.size === b.size && a.content === b.content

/** A link's mode means nothing, and its owner and time are lost when debugfs dumps it. */
const sameFacts = (a: TreeEntry, b: TreeEntry): boolean =>
  a.type === 'link' || (a.mode === b.mode && a.uid === b.uid && a.gid === b.gid && a.mtime === b.mtime)
