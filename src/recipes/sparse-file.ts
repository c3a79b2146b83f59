import { open } from 'node:fs/promises'

/** Makes a new file of `size` bytes that reads as zeros and takes no room. */
export async function createSparse(path: string, size: number): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.truncate(size)
  } finally {
    await file.close()
  }
}
