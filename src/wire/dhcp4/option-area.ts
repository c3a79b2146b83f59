import { malformed } from './malformed.ts'
import type { RawOptions } from './options.ts'

const PAD = 0
const END = 255
const LONGEST = 255

/** A place for options: its name for messages and its bytes. */
export type OptionField = { name: string; bytes: Uint8Array }

/**
 * Reads a field into `raw`, after the fields before it. An option met again is one long value (RFC 3396 §7).
 * A field may end without 255, as BOOTP clients leave it. Throws dhcp.malformed on an option cut short.
 */
export function readField({ name, bytes }: OptionField, raw: Map<number, Uint8Array>): void {
  for (let at = 0; at < bytes.length && bytes[at] !== END; ) {
    const code = bytes[at++]!
    if (code === PAD) continue
    const length = bytes[at++]
    if (length === undefined) throw malformed(`option ${code} in ${name}`, 'a length', 'the end of the field')
    const value = bytes.subarray(at, at + length)
    if (value.length < length) throw malformed(`option ${code} in ${name}`, `${length} bytes`, `${value.length}`)
    const before = raw.get(code)
    raw.set(code, before === undefined ? value : Buffer.concat([before, value]))
    at += length
  }
}

/** The bytes that all options take in one field that has room for them, its end included. */
export function sizeOf(raw: RawOptions): number {
  let size = 1
  for (const { length } of raw.values()) size += length + 2 * Math.max(1, Math.ceil(length / LONGEST))
  return size
}

/** Writes all options and the end into `out` at `at`, where there is room for `sizeOf(raw)` bytes. */
export function writeAll(raw: RawOptions, out: Uint8Array, at: number): void {
  for (const [code, value] of raw)
    for (let from = 0; from === 0 || from < value.length; from += LONGEST) {
      const length = Math.min(value.length - from, LONGEST)
      out[at++] = code
      out[at++] = length
      for (let i = 0; i < length; i++) out[at++] = value[from + i]!
    }
  out[at] = END
}

/** The options written into fields of at most `rooms[i]` bytes each, and the codes that found no room. */
export type WrittenFields = { fields: Uint8Array[]; left: number[] }

/**
 * Writes options in order, moving on to the next field when one is full and never back. A value over 255 bytes
 * becomes several instances (RFC 3396 §5); a shorter one is never split. Each used field, and the first always, ends with 255.
 */
export function writeFields(raw: RawOptions, rooms: number[]): WrittenFields {
  const parts: Uint8Array[][] = rooms.map(() => [])
  const free = rooms.map((room) => room - 1)
  const left: number[] = []
  let at = 0
  for (const [code, value] of raw) {
    const trial = { at, free: [...free], placed: [] as [number, Uint8Array][] }
    if (!place(trial, code, value)) {
      left.push(code)
      continue
    }
    at = trial.at
    free.splice(0, free.length, ...trial.free)
    for (const [field, instance] of trial.placed) parts[field]!.push(instance)
  }
  return { fields: parts.map((list, i) => (i > 0 && list.length === 0 ? new Uint8Array() : finish(list))), left }
}

type Trial = { at: number; free: number[]; placed: [number, Uint8Array][] }

function place(trial: Trial, code: number, value: Uint8Array): boolean {
  for (let from = 0; from === 0 || from < value.length; from += LONGEST) {
    const chunk = value.subarray(from, from + LONGEST)
    const size = 2 + chunk.length
    while (trial.at < trial.free.length && trial.free[trial.at]! < size) trial.at++
    if (trial.at === trial.free.length) return false
    trial.free[trial.at]! -= size
    trial.placed.push([trial.at, Buffer.concat([Uint8Array.of(code, chunk.length), chunk])])
  }
  return true
}

const finish = (parts: Uint8Array[]): Uint8Array => Buffer.concat([...parts, Uint8Array.of(END)])
