/** One structure of the SMBIOS table: its formatted bytes, header included, and its strings, the first of which is number 1. */
export type SmbiosStructure = { type: number; bytes: Buffer; strings: string[] }

const HEADER_BYTES = 4
const END_OF_TABLE = 127
const MOST_STRUCTURES = 4096
const MOST_LETTERS = 256

/**
 * The structures of a table as the kernel gives it in /sys/firmware/dmi/tables/DMI (DMTF DSP0134 §6.1). Firmware writes
 * what it likes: what is cut short or has no end is left out, and nothing is believed beyond the bytes that are there.
 */
export function readStructures(table: Buffer): SmbiosStructure[] {
  const found: SmbiosStructure[] = []
  for (let at = 0; at + HEADER_BYTES <= table.length && found.length < MOST_STRUCTURES; ) {
    const [type, length] = [table[at]!, table[at + 1]!]
    if (length < HEADER_BYTES || at + length > table.length) break
    const { strings, end } = readStrings(table, at + length)
    found.push({ type, bytes: table.subarray(at, at + length), strings })
    if (type === END_OF_TABLE) break
    at = end
  }
  return found
}

/** The strings behind a structure end with an empty one; a structure without any has two zeros there. */
function readStrings(table: Buffer, from: number): { strings: string[]; end: number } {
  const strings: string[] = []
  let at = from
  while (at < table.length && table[at] !== 0) {
    const end = table.indexOf(0, at)
    const until = end === -1 ? table.length : end
    strings.push(table.toString('latin1', at, Math.min(until, at + MOST_LETTERS)))
    at = until + 1
  }
  return { strings, end: strings.length === 0 ? at + 2 : at + 1 }
}

/** Reads fields of a structure, each undefined where the structure is too short for it: older firmware writes shorter ones. */
export function fieldsOf({ bytes, strings }: SmbiosStructure) {
  const has = (offset: number, length: number): boolean => offset + length <= bytes.length
  return {
    byte: (offset: number): number | undefined => bytes[offset],
    word: (offset: number): number | undefined => (has(offset, 2) ? bytes.readUInt16LE(offset) : undefined),
    dword: (offset: number): number | undefined => (has(offset, 4) ? bytes.readUInt32LE(offset) : undefined),
    /** The string whose number stands at the offset; 0 is none. */
    text: (offset: number): string | undefined => {
      const number = bytes[offset]
      return number ? strings[number - 1]?.trim() || undefined : undefined
    },
  }
}
