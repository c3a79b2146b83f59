import { readFile, writeFile } from 'node:fs/promises'
import { expect } from 'vitest'
import * as z from 'zod'
import { capture } from '../../src/agent/capture/capture.ts'
import type { DiskCopy } from '../../src/agent/capture/disk-copy.ts'
import type { Door } from '../../src/agent/door.ts'
import { createProgressMeter } from '../../src/agent/progress-meter.ts'
import { CAPTURE_PATHS } from '../../src/protocol/capture-door.ts'
import { noise } from '../image/manifest-sample.ts'
import {
  bootMachine,
  type DeployFixture,
  DISK_BYTES,
  endedRun,
  goodFacts,
  handIn,
  inventoryOf,
  openDoor,
  runAgent,
} from './deploy-fixture.ts'

export const MIB = 1 << 20
export const CHUNK = 512 * 1024
export const SWAP = 2 * MIB
export const DATA = 4 * MIB
export const [NAME, VERSION] = ['made-here', '1']

/** A disk with swap space, which holds what once was in memory, and a partition of data that nobody knows anything about. */
export function diskContent(): Buffer {
  const content = Buffer.alloc(DISK_BYTES)
  for (const [at, type, first, bytes] of [
    [446, 0x82, SWAP, MIB],
    [462, 0xda, DATA, 5 * MIB],
  ] as const) {
    content.writeUInt8(type, at + 4)
    content.writeUInt32LE(first / 512, at + 8)
    content.writeUInt32LE(bytes / 512, at + 12)
  }
  content.writeUInt16LE(0xaa55, 510)
  noise(1, MIB).copy(content, SWAP)
  content.write('SWAPSPACE2', SWAP + 4086, 'latin1')
  for (const [index, seed] of [5, 6, 5, 7].entries()) noise(seed, CHUNK).copy(content, DATA + index * CHUNK)
  return content
}

/** What that disk is when nobody's memory is on it. */
export const withoutMemory = (content: Buffer): Buffer => Buffer.from(content).fill(0, SWAP + 4096, SWAP + MIB)

/** The real agent's capture against the doors; `before` is done once, before a path is called. */
export async function runCapture(
  fixture: DeployFixture,
  before: Partial<Record<string, () => Promise<unknown>>> = {},
): Promise<string> {
  const { run, code } = await bootMachine(fixture, { kind: 'capture', image: NAME, version: VERSION })
  const { door } = await openDoor(fixture, code)
  const left = { ...before }
  const meddled: Door = {
    ...door,
    call: async (path, body, answer) => {
      const work = left[path]
      delete left[path]
      await work?.()
      return door.call(path, body, answer)
    },
  }
  const parts = { door: meddled, meter: createProgressMeter(fixture.clock), devices: fixture.folder, log: () => {} }
  await capture(inventoryOf([{}]), { ...parts, openCopy: async (path) => partedCopy(path) })
  return run.id
}

/** A copy whose parts are files cut from the disk: what is not mounted is only looked at. */
const partedCopy = async (path: string): Promise<DiskCopy> => ({
  path,
  freeze: async () => ({ disk: path, changesFile: path, changes: { blockBytes: 512, placeOf: new Map() } }),
  close: async () => {},
  part: async ({ number, offset, length }) => {
    if (number === 0) return path
    const file = `${path}-${number}`
    await writeFile(file, (await readFile(path)).subarray(offset, offset + length))
    return file
  },
})

/** A machine that booted for a capture, with the door that its agent talks to. */
export async function beginCapture(fixture: DeployFixture) {
  const booted = await bootMachine(fixture, { kind: 'capture', image: NAME, version: VERSION })
  return { ...booted, ...(await openDoor(fixture, booted.code)) }
}

/** The same, once its disk is chosen. */
export async function planCapture(fixture: DeployFixture) {
  const begun = await beginCapture(fixture)
  await begun.door.call(CAPTURE_PATHS.plan, { inventory: inventoryOf([{}]) }, z.unknown())
  return begun
}

/** A run of `tiny` on the machine, up to its proof. */
export async function deployTiny(fixture: DeployFixture): Promise<void> {
  const { run, code } = await bootMachine(fixture)
  await runAgent(fixture, code, [{}])
  await handIn(fixture, run.id, goodFacts(fixture))
  expect(await endedRun(fixture, run.id)).toMatchObject({ state: 'verified' })
}
