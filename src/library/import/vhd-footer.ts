import { AppError } from '../../core/errors.ts'

export const VHD_FOOTER_BYTES = 512

const COOKIE = 'conectix'
/** Fixed and dynamic; 4 is differencing, which names a parent. */
const SELF_CONTAINED = [2, 3]

/**
 * Judges the last 512 bytes of a VHD (Virtual Hard Disk Image Format Specification, 2006). A dynamic disk has a copy at its
 * start, which says nothing of whether the file is whole. Throws image.body_truncated, image.malformed.
 */
export function checkVhdFooter(footer: Uint8Array): void {
  const view = new DataView(footer.buffer, footer.byteOffset, footer.byteLength)
  if (footer.length < VHD_FOOTER_BYTES || new TextDecoder('latin1').decode(footer.subarray(0, 8)) !== COOKIE)
    throw new AppError('image.body_truncated', `expected a vhd file that ends with its footer (${COOKIE}), got none`)
  const type = view.getUint32(60)
  if (SELF_CONTAINED.includes(type)) return
  throw new AppError('image.malformed', `expected a fixed or dynamic vhd without a parent, got type ${type}`)
}
