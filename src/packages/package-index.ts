/** What a file of the cache is called: its source, and its path below that. */
export type FileName = { source: string; path: string }

/** A file of the cache. `checkedAt`: when its archive was asked for it; `uses`: answers that are about to read it. */
export type PackageFile = Readonly<FileName> & {
  readonly bytes: number
  askedAt: number
  checkedAt: number
  uses: number
}

export type PackageIndex = ReturnType<typeof createPackageIndex>

/** Which files there are, in the order in which they were asked for, and how many bytes they are. In memory only. */
export function createPackageIndex() {
  // A map keeps the order in which keys came: the first is the one that was longest not asked for.
  const files = new Map<string, PackageFile>()
  let used = 0
  const remove = (name: FileName): void => {
    const file = files.get(keyOf(name))
    if (!file) return
    files.delete(keyOf(name))
    used -= file.bytes
  }
  return {
    find: (name: FileName): PackageFile | undefined => files.get(keyOf(name)),
    /** Adds a file as the one asked for last, in the place of one of its name. */
    put: (file: PackageFile): void => {
      remove(file)
      files.set(keyOf(file), file)
      used += file.bytes
    },
    remove,
    ofSource: (source: string): PackageFile[] => [...files.values()].filter((file) => file.source === source),
    usedBytes: (): number => used,
    /** What goes so that `bytes` more are at most `mostBytes`: not what is in use, nor what is of a pinned source. */
    *surplus(bytes: number, mostBytes: number, pinned: ReadonlySet<string>): Generator<PackageFile> {
      for (const file of files.values()) {
        if (used + bytes <= mostBytes) return
        if (file.uses === 0 && !pinned.has(file.source)) yield file
      }
    },
    /** Files and bytes of each source. */
    totals: (): Map<string, { files: number; bytes: number }> => {
      const sums = new Map<string, { files: number; bytes: number }>()
      for (const { source, bytes } of files.values()) {
        const sum = sums.get(source) ?? { files: 0, bytes: 0 }
        sums.set(source, { files: sum.files + 1, bytes: sum.bytes + bytes })
      }
      return sums
    },
  }
}

const keyOf = ({ source, path }: FileName): string => `${source}/${path}`
