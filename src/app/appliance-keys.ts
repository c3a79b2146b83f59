import { createHash, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { uuidV7 } from '../core/ids.ts'

/** Keys of one appliance besides the image keys: the agents' door's TLS pair and the secret under boot codes and tokens. */
export type ApplianceKeys = {
  certificate: string
  key: string
  doorKeySha256: string
  doorPin: string
  bootSecret: Uint8Array
  /** Seals the secrets that answer files take. */
  secretKey: Uint8Array
}

/** Reads the keys of `folder`, making what is missing (mode 0600). The door's pin is SHA-256 of its public key in DER form. */
export async function openApplianceKeys(folder: string): Promise<ApplianceKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const [keyFile, certificateFile] = [join(folder, 'door.key'), join(folder, 'door.crt')]
  const key = (await readOrMake(keyFile, makeKey, 0o600)).toString()
  // Made of the key that is there now, whoever put it there.
  const certificate = (await readOrMake(certificateFile, () => makeCertificate(keyFile), 0o644)).toString()
  const bootSecret = await readOrMake(join(folder, 'boot-secret'), async () => randomBytes(32), 0o600)
  const secretKey = await readOrMake(join(folder, 'secret-key'), async () => randomBytes(32), 0o600)
  const digest = createHash('sha256')
    .update(createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'der' }))
    .digest()
  return {
    key,
    certificate,
    doorKeySha256: digest.toString('hex'),
    doorPin: `sha256//${digest.toString('base64')}`,
    bootSecret,
    secretKey,
  }
}

/** The file's bytes. Where several processes begin at once, one of them makes it, and all read the same. */
async function readOrMake(file: string, make: () => Promise<Uint8Array>, mode: number): Promise<Buffer> {
  const there = await readFile(file).catch(() => undefined)
  if (there) return there
  const temporary = `${file}.${uuidV7(Date.now())}`
  try {
    await writeFile(temporary, await make(), { mode })
    // A link, unlike a rename, never replaces what another process made meanwhile.
    await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await rm(temporary, { force: true })
  }
  return readFile(file)
}

async function makeKey(): Promise<Uint8Array> {
  const { stdout } = await execa('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'])
  return Buffer.from(`${stdout}\n`)
}

/** Agents pin the key and ignore names and dates, so the certificate only has to exist for a long time. */
async function makeCertificate(keyFile: string): Promise<Uint8Array> {
  const words = ['req', '-x509', '-new', '-key', keyFile, '-days', '36500', '-subj', '/CN=slipway agents door']
  const { stdout } = await execa('openssl', words)
  return Buffer.from(`${stdout}\n`)
}
