import { readFile } from 'node:fs/promises'
import type { TftpFile } from '../servers/tftp/block-reader.ts'

/** A loader as the TFTP server reads it. Loaders are small, so the whole file is held while it is read. */
export async function openLoader(source: string): Promise<TftpFile> {
  const bytes = await readFile(source)
  return {
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    close: async () => {},
  }
}
