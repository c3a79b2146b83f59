import * as z from 'zod'
import { AppError } from '../core/errors.ts'
import { sha256Hex } from '../core/ids.ts'
import type { Inventory } from '../domain/inventory.ts'
import { decodeManifest, type Manifest } from '../image/manifest.ts'
import { decodeSignatures, trustedKeyFromRaw, verifyManifest } from '../image/signature.ts'
import { AGENT_PATHS, type BootOrderReport, DeployPlan, SeedAnswer, SIGNATURE_HEADER } from '../protocol/agent-door.ts'
import type { ChunkSource } from './chunk-source.ts'
import { assertSameDisk } from './disk/assert-same-disk.ts'
import { jobsOf, supplyInOrder } from './disk/chunk-supply.ts'
import { growRoot } from './disk/grow-root.ts'
import { putSeed } from './disk/put-seed.ts'
import { readBack } from './disk/read-back.ts'
import { openTargetDisk, type TargetDisk } from './disk/target-disk.ts'
import { writeImage } from './disk/write-image.ts'
import type { Door } from './door.ts'
import { joinSwarm, type Swarm } from './peers/swarm.ts'
import type { ProgressMeter } from './progress-meter.ts'

const MOUNT_POINT = '/mnt/root'
const Nothing = z.unknown()

/** What a deployment needs. `devices` is the folder of device nodes; `imageKeys` are raw Ed25519 keys in base64. */
export type DeployParts = {
  door: Door
  chunks: ChunkSource
  meter: ProgressMeter
  imageKeys: string[]
  devices: string
  /** The machine's address on its segment, where it shares chunks with its peers; undefined: it does not. */
  host?: string
  /** Tells the machine's firmware of the disk, behind the network; undefined where the firmware keeps no such list. */
  appendDiskEntry(disk: string): Promise<BootOrderReport | undefined>
  log(line: string): void
}

/** The whole deployment, from inventory to seed. Throws an AppError that says where it stopped. */
export async function deploy(inventory: Inventory, parts: DeployParts): Promise<void> {
  const { door, meter, log } = parts
  const plan = await door.call(AGENT_PATHS.inventory, { inventory }, DeployPlan)
  assertSameDisk(plan.disk, inventory)
  const manifest = await fetchManifest(plan, parts)
  log(`writing ${manifest.name} ${manifest.version} to ${plan.disk.name} (${plan.disk.bytes} bytes)`)
  const path = `${parts.devices}/${plan.disk.name}`
  const disk = await openTargetDisk(path)
  let swarm: Swarm | undefined
  try {
    // From here on the disk is not what it was: the appliance must know before the first byte.
    await door.call(AGENT_PATHS.writing, {}, Nothing)
    const openSupply = async () => {
      swarm = await joined(manifest, disk, parts)
      return swarm.supply
    }
    const written = await writeImage(manifest, disk, plan.disk.bytes, openSupply, meter)
    log(
      `wrote ${written.chunks} chunks and ${written.holes} holes in ${written.seconds.toFixed(1)} s, ${written.kept} were there, ${written.retries} repeated, ${written.peerBytes} bytes from peers`,
    )
    await door.call(AGENT_PATHS.written, written, Nothing)
    const started = performance.now()
    const digests = await readBack(manifest, disk, meter)
    const seconds = (performance.now() - started) / 1000
    log(`read back ${manifest.size} bytes in ${seconds.toFixed(1)} s`)
    await door.call(AGENT_PATHS.readBack, { digests, seconds }, Nothing)
  } finally {
    await swarm?.leave()
    await disk.close()
  }
  await seed(manifest, path, parts)
}

async function joined(manifest: Manifest, disk: TargetDisk, parts: DeployParts): Promise<Swarm> {
  const { host, chunks: source } = parts
  if (host !== undefined) return joinSwarm({ ...parts, source, manifest, disk, host })
  return { supply: supplyInOrder(jobsOf(manifest), source), leave: async () => {} }
}

async function fetchManifest(plan: DeployPlan, parts: DeployParts): Promise<Manifest> {
  const { body, headers } = await parts.door.download(AGENT_PATHS.manifest)
  const digest = sha256Hex(body)
  if (digest !== plan.manifestDigest)
    throw new AppError('image.malformed', `expected the manifest ${plan.manifestDigest}, got bytes of ${digest}`)
  const signatures = decodeSignatures(Buffer.from(String(headers[SIGNATURE_HEADER] ?? ''), 'base64'))
  const key = verifyManifest(body, signatures, parts.imageKeys.map(trustedKeyFromRaw))
  parts.log(`manifest ${digest.slice(0, 12)} is signed by key ${key}`)
  return decodeManifest(body)
}

async function seed(manifest: Manifest, disk: string, parts: DeployParts): Promise<void> {
  parts.meter.begin('seeding', 0)
  let rootBytes = 0
  if (manifest.boot.rootPartition !== null) {
    const root = await growRoot(disk, manifest.boot.rootPartition)
    const { files } = SeedAnswer.parse(JSON.parse((await parts.door.download(AGENT_PATHS.seed)).body.toString('utf8')))
    rootBytes = await putSeed(root, MOUNT_POINT, files)
    parts.log(`root grown to ${rootBytes} bytes, ${files.length} seed files written`)
  }
  // Firmware that takes no entry still tries a disk's standard path: the proof after the restart decides.
  const bootOrder = await parts.appendDiskEntry(disk).catch((error: unknown) => {
    parts.log(`the firmware's boot order is as it was: ${error}`)
    return undefined
  })
  if (bootOrder) parts.log(`boot order ${bootOrder.order.join(',')}, the disk is ${bootOrder.entry}`)
  await parts.door.call(AGENT_PATHS.seeded, { rootBytes, ...(bootOrder ? { bootOrder } : {}) }, Nothing)
}
