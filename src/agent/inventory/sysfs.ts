import { open, readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'

const MAX_TEXT = 256

/** Reads small kernel files below one root (`/` on a machine, a folder in tests). Absent files give undefined. */
export type Sysfs = {
  text(path: string): Promise<string | undefined>
  number(path: string): Promise<number | undefined>
  names(path: string): Promise<string[]>
  linkTarget(path: string): Promise<string | undefined>
  lineValue(path: string, key: string): Promise<string | undefined>
  /** The file's first bytes, `limit` at most. */
  bytes(path: string, limit: number): Promise<Buffer | undefined>
}

/** A reader below `root`; texts are trimmed, without control characters, at most 256 characters. */
export function createSysfs(root: string): Sysfs {
  const text = async (path: string): Promise<string | undefined> => {
    const content = await readFile(join(root, path), 'utf8').catch(() => undefined)
    // machines put anything into SMBIOS strings, control characters too
    const clean = content && [...content].filter((char) => char >= ' ' && char !== '\u007f').join('')
    return clean?.trim().slice(0, MAX_TEXT) || undefined
  }
  return {
    text,
    number: async (path) => {
      const value = Number(await text(path))
      return Number.isFinite(value) ? value : undefined
    },
    names: async (path) => (await readdir(join(root, path)).catch(() => [])).sort(),
    linkTarget: (path) => readlink(join(root, path)).catch(() => undefined),
    lineValue: async (path, key) => {
      const lines = (await readFile(join(root, path), 'utf8').catch(() => '')).split('\n')
      const line = lines.find((l) => l.split(':')[0]?.trim() === key)
      return line
        ?.slice(line.indexOf(':') + 1)
        .trim()
        .slice(0, MAX_TEXT)
    },
    bytes: (path, limit) => readStart(join(root, path), limit).catch(() => undefined),
  }
}

/** Files of the kernel tell no size, and give a page at a time. */
async function readStart(path: string, limit: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const parts: Buffer[] = []
    for (let left = limit; left > 0; ) {
      const size = Math.min(left, 65_536)
      const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, null)
      if (bytesRead === 0) break
      parts.push(buffer.subarray(0, bytesRead))
      left -= bytesRead
    }
    return Buffer.concat(parts)
  } finally {
    await file.close()
  }
}
