import { AppError } from '../../core/errors.ts'

/** Where the primary volume descriptor stands: sector 16 of 2048 bytes. */
export const ISO_HEADER = { offset: 16 * 2048, length: 2048 }

/**
 * Judges an ISO 9660 file's primary volume descriptor (ECMA-119 §8.4) against the bytes that the file has. Throws
 * image.malformed, image.body_truncated.
 */
export function checkIsoHeader(descriptor: Uint8Array, fileBytes: number): void {
  const view = new DataView(descriptor.buffer, descriptor.byteOffset, descriptor.byteLength)
  const name = new TextDecoder('latin1').decode(descriptor.subarray(1, 6))
  if (descriptor.length < ISO_HEADER.length || descriptor[0] !== 1 || name !== 'CD001')
    throw new AppError('image.malformed', 'expected an ISO 9660 file with a primary volume descriptor, got none')
  const bytes = view.getUint32(80, true) * view.getUint16(128, true)
  if (bytes <= fileBytes) return
  throw new AppError('image.body_truncated', `expected ${bytes} bytes as the volume descriptor says, got ${fileBytes}`)
}
