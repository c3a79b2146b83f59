import { createReadStream, createWriteStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** A kernel takes a plain cpio archive at these places only, and steps over zeros to get there (initramfs buffer format). */
const ALIGNMENT = 4

/** Puts a cpio archive behind an initrd file, whose own files it replaces where both have one. */
export async function appendArchive(initrd: string, archive: string): Promise<void> {
  const { size } = await stat(initrd)
  const file = await open(initrd, 'r+')
  try {
    await file.truncate(Math.ceil(size / ALIGNMENT) * ALIGNMENT)
  } finally {
    await file.close()
  }
  await pipeline(createReadStream(archive), createWriteStream(initrd, { flags: 'a' }))
}
