import { link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { uuidV7 } from '../core/ids.ts'
import {
  createSigningKey,
  type ManifestSignature,
  signManifest,
  type TrustedKey,
  trustedKeyFromPem,
  trustedKeyToPem,
} from '../image/signature.ts'

/** Signs manifests and knows whose signatures count. */
export type Keyring = {
  sign(manifest: Uint8Array): Promise<ManifestSignature>
  /** The own key first. */
  trusted(): Promise<TrustedKey[]>
  /** Makes a new signing key; the one before goes, and its signatures count on. Returns the new one. */
  rotate(): Promise<TrustedKey>
  /** Lets another's public key (PEM) count from now on. Throws image.signature. */
  trust(pem: string): Promise<TrustedKey>
  /** Lets a key that is not the own one count no more. Throws resource.not_found. */
  distrust(id: string): Promise<void>
}

/**
 * Keys in `folder`: `image-signing.pem` (mode 0600, made at first use) and `trusted/*.pem` (public keys of others, and own ones
 * of before). Read at each use, so that a change counts at once in every process. Throws config.invalid when others may read the
 * private key, image.signature when a file is no Ed25519 key.
 */
export function createKeyring(folder: string): Keyring {
  const path = join(folder, 'image-signing.pem')
  const others = join(folder, 'trusted')
  const signingKey = (): Promise<string> => readOrCreate(path)
  const trust = async (pem: string): Promise<TrustedKey> => {
    const key = trustedKeyFromPem(pem)
    await mkdir(others, { recursive: true, mode: 0o700 })
    await writeDurable(join(others, `${key.id}.pem`), trustedKeyToPem(key), 0o644)
    return key
  }
  return {
    sign: async (manifest) => signManifest(manifest, await signingKey()),
    trusted: async () => {
      const own = trustedKeyFromPem(await signingKey())
      const rest = await readTrusted(others)
      return [own, ...rest.map(({ key }) => key).filter((key) => key.id !== own.id)]
    },
    rotate: async () => {
      // The old one is trusted before it goes: a cut between the two leaves nothing unreadable.
      await trust(await signingKey())
      const made = createSigningKey()
      await writeDurable(path, made, 0o600)
      return trustedKeyFromPem(made)
    },
    trust,
    distrust: async (id) => {
      const known = (await readTrusted(others)).filter(({ key }) => key.id === id)
      if (known.length === 0) throw new AppError('resource.not_found', `expected the id of a trusted key, got ${id}`)
      for (const { file } of known) await rm(file)
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

async function readTrusted(folder: string): Promise<{ key: TrustedKey; file: string }[]> {
  const names = await readdir(folder).catch(() => [])
  const files = names.filter((name) => name.endsWith('.pem')).sort()
  return Promise.all(
    files.map(async (name) => {
      const file = join(folder, name)
      return { file, key: trustedKeyFromPem(await readFile(file, 'utf8')) }
    }),
  )
}

async function writeDurable(path: string, text: string, mode: number): Promise<void> {
  const temporary = `${path}.${uuidV7(Date.now())}`
  const file = await open(temporary, 'wx', mode)
  try {
    await file.writeFile(text)
    await file.sync()
    await rename(temporary, path)
  } finally {
    await file.close()
    await rm(temporary, { force: true })
  }
}
