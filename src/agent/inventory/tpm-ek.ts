import { createHash } from 'node:crypto'
import { open as openFile } from 'node:fs/promises'
import {
  createEkCommand,
  flushCommand,
  publicOfStored,
  readCreated,
  readPublicCommand,
  STORED_EK,
} from './tpm-commands.ts'

/** A TPM that answers one command after the other. */
export type Tpm = { exchange(command: Buffer): Promise<Buffer>; close(): Promise<void> }

const DEVICES = ['/dev/tpmrm0', '/dev/tpm0']
/** The kernel hands over no answer longer than this. */
const ANSWER_BYTES = 4096

/**
 * SHA-256 (hex) of the public area of the TPM's RSA endorsement key: the one that it keeps, else made for the asking, which
 * takes seconds on slow chips. Undefined where the TPM gives none.
 */
export async function readTpmEk({ exchange }: Pick<Tpm, 'exchange'>): Promise<string | undefined> {
  const stored = publicOfStored(await exchange(readPublicCommand(STORED_EK)))
  const area = stored ?? (await makeEk(exchange))
  return area && createHash('sha256').update(area).digest('hex')
}

/** The digest of this machine's TPM, which is closed again; undefined where there is none. Throws what the device threw. */
export async function readMachineEk(open: () => Promise<Tpm | undefined> = openTpm): Promise<string | undefined> {
  const tpm = await open()
  return tpm && readTpmEk(tpm).finally(() => tpm.close())
}

async function makeEk(exchange: Tpm['exchange']): Promise<Buffer | undefined> {
  const made = readCreated(await exchange(createEkCommand()))
  // What is not flushed would fill a TPM without a resource manager.
  if (made) await exchange(flushCommand(made.handle))
  return made?.public
}

/** The machine's TPM by the kernel's resource manager, else by itself; undefined where there is no TPM 2. */
export async function openTpm(devices: readonly string[] = DEVICES): Promise<Tpm | undefined> {
  for (const path of devices) {
    const device = await openFile(path, 'r+').catch(() => undefined)
    if (!device) continue
    return {
      exchange: async (command) => {
        await device.write(command, 0, command.length, null)
        const { buffer, bytesRead } = await device.read(Buffer.alloc(ANSWER_BYTES), 0, ANSWER_BYTES, null)
        return buffer.subarray(0, bytesRead)
      },
      close: () => device.close(),
    }
  }
  return undefined
}
