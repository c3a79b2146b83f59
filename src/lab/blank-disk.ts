import { open } from 'node:fs/promises'

const PIECE = 1 << 20

/** Makes a disk file of `bytes`; with `fill` every byte of it is that value, else it is sparse and reads as zeros. */
export async function makeDisk(path: string, bytes: number, fill?: number): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.truncate(bytes)
    if (fill === undefined) return
    const piece = Buffer.alloc(PIECE, fill)
    for (let at = 0; at < bytes; at += PIECE) await file.write(piece, 0, Math.min(PIECE, bytes - at), at)
  } finally {
    await file.close()
  }
}
