import { createHash, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'

/** Keys of one appliance besides the image keys: the agents' door's TLS pair and the secret under boot codes and tokens. */
export type ApplianceKeys = {
  certificate: string
  key: string
  doorKeySha256: string
  doorPin: string
  bootSecret: Uint8Array
}

/** Reads the keys of `folder`, making what is missing (mode 0600). The door's pin is SHA-256 of its public key in DER form. */
export async function openApplianceKeys(folder: string): Promise<ApplianceKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const [keyFile, certificateFile, secretFile] = ['door.key', 'door.crt', 'boot-secret'].map((name) =>
    join(folder, name),
  ) as [string, string, string]
  const key = await readOrMake(keyFile, () => makeKey(keyFile))
  const certificate = await readOrMake(certificateFile, () => makeCertificate(keyFile, certificateFile))
  await readOrMake(secretFile, () => writeFile(secretFile, randomBytes(32), { mode: 0o600 }))
  const digest = createHash('sha256')
    .update(createPublicKey(createPrivateKey(key)).export({ type: 'spki', format: 'der' }))
    .digest()
  return {
    key,
    certificate,
    doorKeySha256: digest.toString('hex'),
    doorPin: `sha256//${digest.toString('base64')}`,
    bootSecret: await readFile(secretFile),
  }
}

async function readOrMake(file: string, make: () => Promise<unknown>): Promise<string> {
  const read = () => readFile(file, 'utf8')
  try {
    return await read()
  } catch {
    await make()
    return read()
  }
}

async function makeKey(file: string): Promise<void> {
  const { stdout } = await execa('openssl', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'])
  await writeFile(`${file}.part`, `${stdout}\n`, { mode: 0o600 })
  await rename(`${file}.part`, file)
}

/** Agents pin the key and ignore names and dates, so the certificate only has to exist for a long time. */
async function makeCertificate(keyFile: string, file: string): Promise<void> {
  await execa('openssl', [
    'req',
    '-x509',
    '-new',
    '-key',
    keyFile,
    '-out',
    `${file}.part`,
    '-days',
    '36500',
    '-subj',
    '/CN=slipway agents door',
  ])
  await chmod(`${file}.part`, 0o644)
  await rename(`${file}.part`, file)
}
