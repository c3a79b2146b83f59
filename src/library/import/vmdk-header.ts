import { AppError } from '../../core/errors.ts'

/** Bytes from the start of the file that `checkVmdkHeader` wants to see: header and embedded descriptor. */
export const VMDK_HEAD_BYTES = 64 * 1024

const MAGIC = 0x564d444b
const SECTOR = 512n
const SELF_CONTAINED = ['monolithicSparse', 'streamOptimized']
const NO_PARENT = 'ffffffff'

/**
 * Judges the head of a VMDK (VMware Virtual Disk Format 5.0) before any program opens it, because a descriptor may name other
 * files. Only a hosted sparse extent with its descriptor inside is taken. Throws image.malformed.
 */
export function checkVmdkHeader(head: Uint8Array): void {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (head.length < 1024 || view.getUint32(0, true) !== MAGIC) throw refused('a sparse extent’s header', 'another')
  if (view.getBigUint64(12, true) === 0n)
    throw refused('a capacity in its header', 'none: its descriptor lists extents')
  const [start, sectors] = [view.getBigUint64(28, true), view.getBigUint64(36, true)]
  const end = (start + sectors) * SECTOR
  if (start === 0n || sectors === 0n || end > BigInt(head.length)) throw refused('an embedded descriptor', 'none')
  checkDescriptor(new TextDecoder('latin1').decode(head.subarray(Number(start * SECTOR), Number(end))))
}

function checkDescriptor(text: string): void {
  const lines = text.split(/[\r\n\0]+/)
  const fieldOf = (key: string): string | undefined =>
    lines.flatMap((line) => {
      const [name, ...rest] = line.split('=')
      return name!.trim().toLowerCase() === key ? [rest.join('=').trim().replaceAll('"', '')] : []
    })[0]
  if (fieldOf('parentfilenamehint') !== undefined) throw refused('no parent', 'one')
  const parent = fieldOf('parentcid') ?? NO_PARENT
  if (parent.toLowerCase() !== NO_PARENT) throw refused('no parent', `one of content id ${parent.slice(0, 16)}`)
  const type = fieldOf('createtype') ?? ''
  if (!SELF_CONTAINED.includes(type)) throw refused(SELF_CONTAINED.join(' or '), JSON.stringify(type.slice(0, 40)))
  const extents = lines.filter((line) => /^\s*(RW|RDONLY|NOACCESS)\s/.test(line))
  if (extents.length !== 1) throw refused('one extent, itself', String(extents.length))
}

const refused = (expected: string, got: string): AppError =>
  new AppError('image.malformed', `expected a self-contained vmdk file with ${expected}, got ${got}`)
