import { open } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import { checkQcow2Header, QCOW2_HEADER_BYTES } from './qcow2-header.ts'
import { checkVhdFooter, VHD_FOOTER_BYTES } from './vhd-footer.ts'
import { checkVmdkHeader, VMDK_HEAD_BYTES } from './vmdk-header.ts'

/** Bytes of a file that its format is judged by. */
type Ends = { head: Uint8Array; tail: Uint8Array }
/**
 * One format of disk files: endings of file names that state it; what is judged before any program opens it; how qemu-img is
 * told to open it, and whether qemu-img can say if it is whole.
 */
export type DiskFormatRow = {
  endings: readonly string[]
  judge(ends: Ends): void
  options: string
  checks: boolean
}

/** Formats of disk files that the library takes. */
export const DISK_FORMATS = {
  raw: { endings: ['raw', 'img', 'dd'], judge: judgeRaw, options: 'driver=raw', checks: false },
  qcow2: {
    ...{ endings: ['qcow2'], judge: ({ head }) => checkQcow2Header(head.subarray(0, QCOW2_HEADER_BYTES)) },
    ...{ options: 'driver=qcow2', checks: true },
  },
  vmdk: {
    ...{ endings: ['vmdk'], judge: ({ head }) => checkVmdkHeader(head), options: 'driver=vmdk', checks: true },
  },
  vhd: {
    // Without this qemu-img takes some makers' disks for as large as their rounded geometry.
    ...{ endings: ['vhd', 'vpc'], options: 'driver=vpc,force_size_calc=current_size', checks: false },
    judge: ({ tail }) => checkVhdFooter(tail),
  },
  vhdx: { endings: ['vhdx'], judge: judgeVhdx, options: 'driver=vhdx', checks: true },
} as const satisfies Record<string, DiskFormatRow>

export type DiskFormat = keyof typeof DISK_FORMATS

/** How programs that open disks by guessing know the formats: a raw disk must not begin so. */
const MAGICS = ['QFI\xfb', 'KDMV', 'COWD', '# Disk Descriptor', 'conectix', 'vhdxfile', 'QED\0', 'LUKS\xba\xbe']

/** Judges a file against the format that is stated for it. Throws image.malformed, image.body_truncated. */
export async function judgeFormat(file: string, format: DiskFormat): Promise<void> {
  const row: DiskFormatRow = DISK_FORMATS[format]
  row.judge(await readEnds(file))
}

function judgeRaw({ head }: Ends): void {
  const start = new TextDecoder('latin1').decode(head.subarray(0, 32))
  const magic = MAGICS.find((one) => start.startsWith(one))
  if (magic === undefined) return
  const what = `a raw disk, got a file that begins with ${JSON.stringify(magic)}: state its format`
  throw new AppError('image.malformed', `expected ${what}`)
}

function judgeVhdx({ head }: Ends): void {
  if (new TextDecoder('latin1').decode(head.subarray(0, 8)) === 'vhdxfile') return
  throw new AppError('image.malformed', 'expected a vhdx file that begins with vhdxfile, got another')
}

async function readEnds(file: string): Promise<Ends> {
  const handle = await open(file, 'r').catch((error) => {
    throw new AppError('image.malformed', `expected a readable disk file, got none at ${file}`, {}, error)
  })
  try {
    const { size } = await handle.stat()
    const part = async (offset: number, length: number): Promise<Uint8Array> => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    }
    const tailAt = Math.max(0, size - VHD_FOOTER_BYTES)
    return { head: await part(0, VMDK_HEAD_BYTES), tail: await part(tailAt, VHD_FOOTER_BYTES) }
  } finally {
    await handle.close()
  }
}
