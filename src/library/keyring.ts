import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { uuidV7 } from '../core/ids.ts'
import {
  createSigningKey,
  type ManifestSignature,
  signManifest,
  type TrustedKey,
  trustedKeyFromPem,
} from '../image/signature.ts'

/** Signs manifests and knows whose signatures count. */
export type Keyring = {
  sign(manifest: Uint8Array): Promise<ManifestSignature>
  /** The own key first. */
  trusted(): Promise<TrustedKey[]>
}

/**
 * Keys in `folder`: `image-signing.pem` (mode 0600, made at first use) and `trusted/*.pem` (public keys of others).
 * Throws config.invalid when others may read the private key, image.signature when a file is no Ed25519 key.
 */
export function createKeyring(folder: string): Keyring {
  const path = join(folder, 'image-signing.pem')
  let signing: Promise<string> | undefined
  const signingKey = (): Promise<string> => {
    signing ??= readOrCreate(path).catch((error) => {
      signing = undefined
      throw error
    })
    return signing
  }
  return {
    sign: async (manifest) => signManifest(manifest, await signingKey()),
    trusted: async () => {
      const own = trustedKeyFromPem(await signingKey())
      const others = await readTrusted(join(folder, 'trusted'))
      return [own, ...others.filter((key) => key.id !== own.id)]
    },
  }
}

async function readOrCreate(path: string): Promise<string> {
  const mode = (await stat(path).catch(() => undefined))?.mode
  if (mode === undefined) await create(path)
  else if ((mode & 0o077) !== 0) {
    const got = (mode & 0o777).toString(8)
    throw new AppError('config.invalid', `expected ${path} to be readable by its owner only (600), got ${got}`)
  }
  return readFile(path, 'utf8')
}

async function create(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${uuidV7(Date.now())}`
  const file = await open(temporary, 'wx', 0o600)
  try {
    await file.writeFile(createSigningKey())
    await file.sync()
    // A link, unlike a rename, never replaces the key that another process made meanwhile.
    await link(temporary, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await file.close()
    await rm(temporary, { force: true })
  }
}

async function readTrusted(folder: string): Promise<TrustedKey[]> {
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => name.endsWith('.pem')).sort()
  return Promise.all(files.map(async (name) => trustedKeyFromPem(await readFile(join(folder, name), 'utf8'))))
}
