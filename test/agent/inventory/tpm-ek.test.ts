import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, createPublicKey, publicEncrypt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createEkCommand,
  flushCommand,
  publicOfStored,
  readCreated,
} from '../../../src/agent/inventory/tpm-commands.ts'
import { openTpm, readTpmEk } from '../../../src/agent/inventory/tpm-ek.ts'
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
})
