import { open } from 'node:fs/promises'

/** The bytes of a part of a file; fewer where the file ends earlier. Offset and length in bytes. */
export async function readPart(file: string, { offset, length }: { offset: number; length: number }): Promise<Buffer> {
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
