import type { Board, MemoryModule } from '../../domain/inventory.ts'
import { knownText } from '../../domain/machine.ts'
import { fieldsOf, readStructures, type SmbiosStructure } from './smbios-table.ts'

/** A socket with a processor in it. */
export type ProcessorSocket = { socket?: string; model?: string; cores?: number; threads?: number }
/** What the SMBIOS table tells of a machine besides what the kernel shows as files. */
export type SmbiosFacts = { board?: Board; memory: MemoryModule[]; processors: ProcessorSocket[]; hasBmc: boolean }

/** Types of structures (DSP0134 §7). */
const TYPES = { board: 2, processor: 4, memoryDevice: 17, bmc: 38, managementInterface: 42 } as const
const POPULATED = 0x40
const [KIB, MIB] = [1024, 1024 * 1024]
/** Of a memory device's size: unknown, told in the longer field, and the bit that makes it KiB (§7.18). */
const SIZE = { unknown: 0xffff, extended: 0x7fff, inKib: 0x8000 } as const

/** Reads the table; what is not in it, or is a place holder of a vendor, is left out. */
export function readSmbios(table: Buffer): SmbiosFacts {
  const structures = readStructures(table)
  const of = (type: number) => structures.filter((one) => one.type === type)
  const [board] = of(TYPES.board).map(boardOf)
  return {
    ...(board && Object.keys(board).length > 0 ? { board } : {}),
    memory: of(TYPES.memoryDevice).flatMap(moduleOf),
    processors: of(TYPES.processor).flatMap(socketOf),
    hasBmc: of(TYPES.bmc).length + of(TYPES.managementInterface).length > 0,
  }
}

function boardOf(structure: SmbiosStructure): Board {
  const { text } = fieldsOf(structure)
  return told({
    ...{ vendor: knownText(text(0x04)), product: knownText(text(0x05)) },
    ...{ version: knownText(text(0x06)), serial: knownText(text(0x07)) },
  })
}

function moduleOf(structure: SmbiosStructure): MemoryModule[] {
  const { text, word, dword } = fieldsOf(structure)
  const size = word(0x0c)
  if (!size || size === SIZE.unknown) return []
  const bytes =
    size === SIZE.extended
      ? (dword(0x1c) ?? 0) * MIB
      : (size & SIZE.inKib) !== 0
        ? (size & ~SIZE.inKib) * KIB
        : size * MIB
  const speed = word(0x20) || word(0x15) || undefined
  const words = { vendor: knownText(text(0x17)), part: knownText(text(0x1a)), serial: knownText(text(0x18)) }
  return [{ bytes, ...told({ slot: knownText(text(0x10)), speed, ...words }) }]
}

function socketOf(structure: SmbiosStructure): ProcessorSocket[] {
  const { text, byte, word } = fieldsOf(structure)
  if (((byte(0x18) ?? 0) & POPULATED) === 0) return []
  // 255 and more stand in the longer fields of later versions.
  const count = (short: number, long: number): number | undefined =>
    byte(short) === 0xff ? (word(long) ?? 0xff) : byte(short) || undefined
  const counts = { cores: count(0x23, 0x2a), threads: count(0x25, 0x2e) }
  return [told({ socket: knownText(text(0x04)), model: knownText(text(0x10)), ...counts })]
}

/** Without what is not known. */
const told = <T extends object>(facts: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
