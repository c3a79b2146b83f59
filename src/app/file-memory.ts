import { readFile, stat } from 'node:fs/promises'

/** Small files that many machines ask for at once, as they are now. */
export type FileMemory = { read(path: string): Promise<Buffer> }

const MOST_FILES = 16
const MOST_FILE_BYTES = 8 << 20

/** Reads a file once and again when its size or time changed; one that is larger than a loader is not kept. */
export function createFileMemory(): FileMemory {
  const kept = new Map<string, { bytes: Promise<Buffer>; mark: string }>()
  return {
    read: async (path) => {
      const { size, mtimeNs, ino } = await stat(path, { bigint: true })
      const mark = `${size} ${mtimeNs} ${ino}`
      const known = kept.get(path)
      if (known?.mark === mark) return known.bytes
      const bytes = readFile(path)
      if (Number(size) > MOST_FILE_BYTES) return bytes
      if (kept.size >= MOST_FILES) kept.delete(kept.keys().next().value!)
      kept.set(path, { bytes, mark })
      bytes.catch(() => kept.delete(path))
      return bytes
    },
  }
}
