/** How a whole file may be compressed: endings of its name, and the program that undoes it, reading standard input. */
export type CompressionRow = { endings: readonly string[]; program: string; args: readonly string[] }

/** Compressions that the library undoes. Each program's own bound of memory is stated where it has one. */
export const COMPRESSIONS = {
  xz: { endings: ['xz'], program: 'xz', args: ['--decompress', '--stdout', '--memlimit-decompress=512MiB'] },
  gz: { endings: ['gz'], program: 'gzip', args: ['--decompress', '--stdout'] },
  zst: { endings: ['zst', 'zstd'], program: 'zstd', args: ['--decompress', '--stdout', '--memory=512MB', '--quiet'] },
} as const satisfies Record<string, CompressionRow>

export type Compression = keyof typeof COMPRESSIONS
