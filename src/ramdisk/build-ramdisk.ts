import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { access, copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { sha256Hex } from '../core/ids.ts'
import { bundleAgent } from './agent-bundle.ts'
import { buildBaseArchive } from './base-archive.ts'
import { writeCpio } from './cpio-archive.ts'
import { type DebianPackage, resolveMetaPackage, resolvePackages } from './debian-package.ts'
import { APPLETS, FLAVOURS, type FlavourName, TOOL_PACKAGES, TOOLS } from './flavours.ts'

/** Whom the agent trusts: the SHA-256 of the agents' door's public key (DER, hex) and the image keys (raw Ed25519, base64). */
export type RamdiskTrust = { doorKeySha256: string; imageKeys: string[] }

/** A finished ramdisk: files on disk, sizes in bytes, `digest` over both files. */
export type Ramdisk = {
  flavour: FlavourName
  release: string
  kernel: string
  initrd: string
  bytes: number
  digest: string
}

/** `source` is the folder of Slipway's own sources; the cache folder may be shared by all appliances of one user. */
export type RamdiskWish = {
  flavour: FlavourName
  trust: RamdiskTrust
  nodeBinary: string
  agentEntry: string
  cacheFolder: string
  target: string
  fresh: boolean
}

const BUILDER_VERSION = 1

/**
 * Builds kernel and initrd into `target`. The initrd is two archives: a small one with the start script, the agent and
 * its trust, then the cached base with Node and the tools. Same packages, Node, sources and trust give the same digest.
 */
export async function buildRamdisk(wish: RamdiskWish, onStep: (step: string) => void): Promise<Ramdisk> {
  onStep('asking apt for the exact packages')
  const flavour = FLAVOURS[wish.flavour]
  const kernel = await resolveMetaPackage(flavour.kernelMetaPackage)
  const packages = await resolvePackages([kernel, ...TOOL_PACKAGES, ...flavour.packages])
  const key = await baseKey(wish, packages)
  const base = join(wish.cacheFolder, 'ramdisk-base', key)
  const cached =
    !wish.fresh &&
    (await access(join(base, 'base.cpio.zst')).then(
      () => true,
      () => false,
    ))
  if (cached) onStep('base archive found in the cache')
  else {
    await mkdir(join(wish.cacheFolder, 'ramdisk-base'), { recursive: true })
    const downloads = join(wish.cacheFolder, 'debian-packages')
    await buildBaseArchive({ flavour, packages, nodeBinary: wish.nodeBinary, downloads, target: base }, onStep)
  }
  onStep('bundling the agent')
  return assemble(wish, base)
}

/** SHA-256 over everything that decides the base archive's bytes. */
async function baseKey(wish: RamdiskWish, packages: DebianPackage[]): Promise<string> {
  const node = await digestOf(wish.nodeBinary)
  const files = packages.map(({ file, sha256 }) => [file, sha256])
  const recipe = [BUILDER_VERSION, FLAVOURS[wish.flavour], TOOLS, APPLETS]
  return sha256Hex(JSON.stringify({ node, files, recipe }))
}

async function assemble(wish: RamdiskWish, base: string): Promise<Ramdisk> {
  const work = `${wish.target}.part`
  await rm(work, { recursive: true, force: true })
  const stage = join(work, 'stage')
  const put = async (path: string, content: string | Uint8Array, mode: number) => {
    await mkdir(join(stage, path, '..'), { recursive: true })
    await writeFile(join(stage, path), content, { mode })
  }
  const script = (name: string) => readFile(new URL(name, import.meta.url))
  await put('init', await script('init.sh'), 0o755)
  await put('etc/udhcpc.sh', await script('udhcpc.sh'), 0o755)
  await put('usr/lib/slipway/hear-lldp.lua', await script('hear-lldp.lua'), 0o644)
  await put('usr/lib/slipway/agent.mjs', await bundleAgent(wish.agentEntry), 0o644)
  await put('etc/slipway/trust.json', JSON.stringify(wish.trust), 0o644)
  await writeCpio(stage, join(work, 'initrd'), false)
  await pipeline(createReadStream(join(base, 'base.cpio.zst')), createWriteStream(join(work, 'initrd'), { flags: 'a' }))
  await rm(stage, { recursive: true })
  await copyFile(join(base, 'vmlinuz'), join(work, 'vmlinuz'))
  const release = await readFile(join(base, 'release'), 'utf8')
  await rm(wish.target, { recursive: true, force: true })
  await mkdir(join(wish.target, '..'), { recursive: true })
  await rename(work, wish.target)
  return describe(wish.flavour, release, wish.target)
}

async function describe(flavour: FlavourName, release: string, folder: string): Promise<Ramdisk> {
  const [kernel, initrd] = [join(folder, 'vmlinuz'), join(folder, 'initrd')]
  const bytes = (await readFile(kernel)).length + (await readFile(initrd)).length
  const digest = sha256Hex((await digestOf(kernel)) + (await digestOf(initrd)))
  const ramdisk = { flavour, release, kernel, initrd, bytes, digest }
  await writeFile(join(folder, 'ramdisk.json'), JSON.stringify({ flavour, release, bytes, digest }))
  return ramdisk
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
