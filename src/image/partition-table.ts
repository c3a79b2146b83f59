const SECTOR = 512
const PROTECTIVE = 0xee

/**
 * Bytes that a disk must have for the partition table in its first 1024 bytes: up to the backup GPT (UEFI 2.10 §5.3.2)
 * or the end of the last MBR partition (§5.2.1). Undefined when there is no table. 512-byte sectors only.
 */
export function statedDiskBytes(head: Uint8Array): number | undefined {
  if (head.length < 2 * SECTOR) return undefined
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const isGpt = Buffer.from(head.subarray(SECTOR, SECTOR + 8)).toString('latin1') === 'EFI PART'
  if (isGpt) return (Number(view.getBigUint64(SECTOR + 32, true)) + 1) * SECTOR
  if (view.getUint16(510, true) !== 0xaa55) return undefined
  const ends = [446, 462, 478, 494]
    .filter((at) => view.getUint8(at + 4) !== 0 && view.getUint8(at + 4) !== PROTECTIVE)
    .map((at) => (view.getUint32(at + 8, true) + view.getUint32(at + 12, true)) * SECTOR)
  return ends.length > 0 ? Math.max(...ends) : undefined
}
