import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createEkCommand,
  flushCommand,
  publicOfStored,
  readCreated,
  readPublicCommand,
  STORED_EK,
} from '../../../src/agent/inventory/tpm-commands.ts'
import { openTpm, readMachineEk, readTpmEk } from '../../../src/agent/inventory/tpm-ek.ts'
import { mutate, seeded } from '../../seeded.ts'

/** Debian's swtpm, started by hand, as the TPM. */
let folder: string
let child: ChildProcess
let socket: Socket
const answers: Buffer[] = []
let wake: () => void = () => {}

/** One command, and its answer once as many bytes are there as it says. */
async function exchange(command: Buffer): Promise<Buffer> {
  answers.length = 0
  socket.write(command)
  for (;;) {
    const all = Buffer.concat(answers)
    if (all.length >= 6 && all.length >= all.readUInt32BE(2)) return all
    await new Promise<void>((resolve) => (wake = resolve))
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-swtpm-'))
  const path = join(folder, 'tpm')
  const args = ['socket', '--tpm2', '--tpmstate', `dir=${folder}`, '--server', `type=unixio,path=${path}`]
  child = spawn('swtpm', [...args, '--flags', 'not-need-init,startup-clear'], { stdio: 'ignore' })
  const connect = (): Promise<Socket> =>
    new Promise((resolve, reject) => {
      const attempt = createConnection(path, () => resolve(attempt)).on('error', reject)
    })
  for (let found: Socket | undefined; found === undefined; ) {
    found = await connect().catch(() => undefined)
    if (found) socket = found
    else await new Promise((resolve) => setTimeout(resolve, 20))
  }
  socket.on('data', (part: Buffer) => {
    answers.push(part)
    wake()
  })
})
afterAll(async () => {
  socket.destroy()
  child.kill()
  await rm(folder, { recursive: true })
})

describe('the endorsement key of a real software TPM', () => {
  it('is the same each time, and leaves no key behind', async () => {
    const first = await readTpmEk({ exchange })
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    // A TPM without a resource manager has room for three keys.
    for (let times = 0; times < 4; times += 1) expect(await readTpmEk({ exchange })).toBe(first)
  })

  it('is read where it is kept, and is the one that would be made', async () => {
    const made = readCreated(await exchange(createEkCommand()))!
    const digest = createHash('sha256').update(made.public!).digest('hex')
    expect((await exchange(keepCommand(made.handle))).readUInt32BE(6)).toBe(0)
    await exchange(flushCommand(made.handle))
    const sent: number[] = []
    const counted = (command: Buffer): Promise<Buffer> => {
      sent.push(command.readUInt32BE(6))
      return exchange(command)
    }
    expect(await readTpmEk({ exchange: counted })).toBe(digest)
    expect(sent).toEqual([0x173])
  })

  it('is not told of another key that stands in its place', async () => {
    const answer = await exchange(readPublicCommand(STORED_EK))
    expect(publicOfStored(answer)).toHaveLength(314)
    // Behind the header, the length, type and hash stand the attributes.
    answer[16] = answer[16]! ^ 1
    expect(publicOfStored(answer)).toBeUndefined()
  })
})

describe('a TPM that is not as it should be', () => {
  let stored: Buffer
  let created: Buffer
  beforeAll(async () => {
    stored = await exchange(readPublicCommand(STORED_EK))
    created = await exchange(createEkCommand())
    await exchange(flushCommand(readCreated(created)!.handle))
  })
  const answering = (first: Buffer, second: Buffer) => ({
    exchange: async (command: Buffer) => (command.readUInt32BE(6) === 0x173 ? first : second),
  })
  const REFUSED = Buffer.from('80010000000a0000018b', 'hex')
  const isBounded = (found: string | undefined) => expect(found ?? '0'.repeat(64)).toMatch(/^[0-9a-f]{64}$/)

  it('gives no key where it refuses, or answers in part', async () => {
    expect(await readTpmEk(answering(REFUSED, REFUSED))).toBeUndefined()
    for (let length = 0; length < stored.length; length += 1)
      expect(await readTpmEk(answering(stored.subarray(0, length), REFUSED))).toBeUndefined()
    for (let length = 0; length < created.length; length += 1)
      expect(await readTpmEk(answering(REFUSED, created.subarray(0, length)))).toBeUndefined()
  })

  it('gives a key or none, whatever 2,000 changes make of its answers', async () => {
    const random = seeded(20)
    for (let round = 0; round < 2000; round += 1)
      isBounded(await readTpmEk(answering(mutate(random, stored), mutate(random, created))))
  })
})

describe('the device of the TPM', () => {
  it('is the first that is there, and is written and read whole', async () => {
    const file = join(folder, 'device')
    await writeFile(file, 'commandanswer')
    const tpm = await openTpm([join(folder, 'absent'), file])
    expect(String(await tpm?.exchange(Buffer.from('COMMAND')))).toBe('answer')
    await tpm?.close()
  })

  it('is closed when the key was read, and when it could not be', async () => {
    let closed = 0
    const close = async (): Promise<void> => void closed++
    expect(await readMachineEk(async () => ({ exchange, close }))).toMatch(/^[0-9a-f]{64}$/)
    const broken = async (): Promise<Buffer> => Promise.reject(new Error('EIO'))
    await expect(readMachineEk(async () => ({ exchange: broken, close }))).rejects.toThrow('EIO')
    expect(closed).toBe(2)
    expect(await readMachineEk(async () => undefined)).toBeUndefined()
  })

  it('is none on a machine without one', async () => expect(await openTpm([join(folder, 'absent')])).toBeUndefined())
})

/** TPM2_EvictControl (Part 3 §28.5): keeps a key at the place of the endorsement key, by the owner's empty password. */
function keepCommand(handle: number): Buffer {
  const bytes = Buffer.from(`8002000000230000012040000001${'00000000'}00000009400000090000000000${'00000000'}`, 'hex')
  bytes.writeUInt32BE(handle, 14)
  bytes.writeUInt32BE(STORED_EK, 31)
  return bytes
}
