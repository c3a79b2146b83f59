import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { type RequestOptions, request } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import * as z from 'zod'
import { createChunkSource } from '../../src/agent/chunk-source.ts'
import { deploy } from '../../src/agent/deploy.ts'
import { createDoor, type Door } from '../../src/agent/door.ts'
import { createProgressMeter } from '../../src/agent/progress-meter.ts'
import { openAppliance } from '../../src/app/appliance.ts'
import { createBootAnswers } from '../../src/app/boot-answers.ts'
import { createBootScripts } from '../../src/app/boot-scripts.ts'
import { closeDoor, httpDoor, listen, tlsDoor } from '../../src/app/machine-doors.ts'
import { createMachineEvidence } from '../../src/app/machine-evidence.ts'
import { agentDoor, bootDoor } from '../../src/app/machine-routes.ts'
import { createPeerDirectory } from '../../src/app/peer-directory.ts'
import { createRunParts } from '../../src/app/run-parts.ts'
import { Settings } from '../../src/config/settings.ts'
import { silentLog } from '../../src/core/log.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import type { Disk, Inventory } from '../../src/domain/inventory.ts'
import type { Run } from '../../src/domain/run/run.ts'
import { Segment } from '../../src/domain/segment.ts'
import { makeDisk } from '../../src/lab/blank-disk.ts'
import { AGENT_PATHS, ExchangeAnswer } from '../../src/protocol/agent-door.ts'
import type { RunWish } from '../../src/runs/run-service.ts'

export const MAC = '52:54:00:aa:00:01'
export const UUID = '00112233-4455-6677-8899-aabbccddee01'
/** The machine's address on the loopback network; 127.0.0.3 is a stranger without a lease, .4 another machine's. */
export const ADDRESS = '127.0.0.2'
const OTHER_MAC = '52:54:00:aa:00:02'
const CHUNK = 256 * 1024
const IMAGE_BYTES = 20 * CHUNK
export const DISK_BYTES = 2 * IMAGE_BYTES

/** Random bytes with two holes: one of several chunks, one at the end. */
export function imageBytes(): Buffer {
  const bytes = Buffer.alloc(IMAGE_BYTES)
  for (let at = 0; at < IMAGE_BYTES; at += 4) bytes.writeUInt32LE((at * 2654435761) >>> 0, at)
  return bytes.fill(0, 3 * CHUNK, 6 * CHUNK).fill(0, 18 * CHUNK)
}

export type DeployFixture = Awaited<ReturnType<typeof createDeployFixture>>

/** A real appliance on loopback: store, library with one image, both machine doors; time is ours. */
export async function createDeployFixture() {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-deploy-'))
  const clock = { ms: Date.parse('2026-01-01T00:00:00Z'), now: () => clock.ms }
  const settings = Settings.parse({ dataFolder: join(folder, 'data'), cacheFolder: join(folder, 'cache') })
  const appliance = await openAppliance(settings, silentLog, clock)
  await writeFile(join(folder, 'image.raw'), imageBytes())
  const boot = {
    firmware: ['bios' as const],
    rootPartition: null,
    fileSystem: null,
    kernel: '6.1.0-test',
    seed: 'systemd' as const,
    banners: [],
  }
  const provenance = { recipe: null, recipeDigest: null, packages: [], tool: 'test' }
  const { row } = await appliance.library.importDisk(
    { file: join(folder, 'image.raw'), format: 'raw' },
    { name: 'tiny', version: '1', boot, parent: null, provenance },
    () => {},
    { chunkSize: CHUNK },
  )
  await fakeRamdisk(join(appliance.ramdiskFolder, 'cloud'))
  await appliance.store.profiles.save(
    HardwareProfile.parse({ name: 'any', ramdisk: 'cloud', installDisk: { by: 'smallest', atLeastBytes: 1 } }),
  )
  await appliance.store.machines.save({ name: 'one', macs: [MAC], uuid: UUID, profile: 'any' })
  await appliance.store.machines.save({ name: 'two', macs: [OTHER_MAC], profile: 'any' })
  const runs = createRunParts(appliance, async () => [ADDRESS])
  const macs: Record<string, string> = { [ADDRESS]: MAC, '127.0.0.4': OTHER_MAC }
  const peers = createPeerDirectory({
    segmentsOn: () => [segment],
    leaseMac: (_segment, address) => macs[address],
    neighbourMac: () => undefined,
    clock,
  })
  const evidence = createMachineEvidence({
    machines: appliance.store.machines,
    runs: appliance.store.runs,
    record: runs.record,
    log: silentLog,
  })
  const logged: Record<string, unknown>[] = []
  const error = (fields: Record<string, unknown>): void => void logged.push(fields)
  const answers = createBootAnswers({
    render: createBootScripts({ shelf: appliance.shelf, templates: runs.templates, log: { error }, clock }),
    secrets: runs.secrets,
    ports: settings.machines,
    installArguments: runs.installations.answers.kernelArguments,
    segmentOf: () => undefined,
    refusing: runs.installations.refusing,
    findRun: appliance.store.runs.find,
    localBootOf: runs.localBootOf,
  })
  const segment = Segment.parse({
    ...{ name: 'lo', site: { name: 't', kind: 'build' }, interface: 'lo', address: '127.0.0.1', prefix: 8 },
    ...{ ranges: [{ first: '127.0.0.2', last: '127.0.0.9' }], leaseSeconds: 600 },
  })
  await appliance.store.segments.save(segment)
  const parts = { appliance, runs, answers, evidence, peers }
  const http = await opened(httpDoor(bootDoor(parts, segment), silentLog))
  const tls = await opened(tlsDoor(agentDoor(parts, segment), appliance.keys, silentLog))
  return {
    folder,
    clock,
    appliance,
    runs,
    evidence,
    answers,
    /** Errors about boot scripts. */
    logged,
    manifestDigest: row.manifestDigest,
    http,
    tls,
    close: async () => {
      await closeDoor(http.server)
      await closeDoor(tls.server)
      await appliance.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Kernel and initrd that are only handed out: what boots them is tested with real machines. */
async function fakeRamdisk(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, bytes] of [
    ['vmlinuz', 70_000],
    ['initrd', 900_000],
  ] as const)
    await writeFile(join(folder, name), Buffer.alloc(bytes, name))
  await writeFile(join(folder, 'ramdisk.json'), JSON.stringify({ digest: 'd' }))
}

async function opened(server: Server): Promise<{ server: Server; port: number }> {
  await listen(server, { host: '127.0.0.1', port: 0 })
  return { server, port: (server.address() as AddressInfo).port }
}

export type Answer = { status: number; body: Buffer; headers: Record<string, unknown> }

/** One request from an address of the loopback network. */
export function ask(options: RequestOptions & { body?: string }, secure = false): Promise<Answer> {
  const { body, ...rest } = options
  return new Promise((resolve, reject) => {
    const call = (secure ? httpsRequest : request)(
      {
        host: '127.0.0.1',
        localAddress: ADDRESS,
        agent: false,
        ...rest,
        ...(secure ? { rejectUnauthorized: false } : {}),
      },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts), headers: response.headers }),
        )
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}

/** Starts a run and boots its machine as far as the boot script; returns the run and the code in the script. */
export async function bootMachine(
  fixture: DeployFixture,
  wish: Partial<RunWish> = {},
): Promise<{ run: Run; code: string }> {
  const run = await fixture.runs.service.start({ machine: 'one', image: 'tiny', ...wish }, 'tester')
  await until(async () => (await fixture.runs.service.find(run.id)).state === 'awaitingBoot')
  await fixture.runs.decider.decide({ segment: 'lo', mac: MAC, uuid: UUID, arch: 0, stage: 'ipxe' }, true)
  const code = await fetchCode(fixture)
  for (const path of ['/boot/kernel', '/boot/initrd']) await ask({ port: fixture.http.port, path })
  await until(async () => (await fixture.runs.service.find(run.id)).state === 'startingAgent')
  return { run, code }
}

export async function fetchCode(fixture: DeployFixture): Promise<string> {
  const script = (await ask({ port: fixture.http.port, path: '/boot/ipxe' })).body.toString()
  return /slipway\.code=(\S+)/.exec(script)?.[1] ?? ''
}

/** `chunkPort` is that of a wire in front of the machines' HTTP door; `tries` how often a chunk may come wrong. */
export type AgentWish = { imageKeys?: string[]; chunkPort?: number; tries?: number }

/** The agents' door, once the code was exchanged there. */
export async function openDoor(fixture: DeployFixture, code: string): Promise<{ door: Door; token: string }> {
  const door = createDoor(`127.0.0.1:${fixture.tls.port}`, fixture.appliance.keys.doorKeySha256, ADDRESS)
  const { token } = await door.call(AGENT_PATHS.exchange, { code, nonce: 'n'.repeat(43) }, ExchangeAnswer)
  door.useToken(token)
  return { door, token }
}

/** The real agent's deployment against the doors, writing to files below `devices` instead of to a block device. */
export async function runAgent(fixture: DeployFixture, code: string, disks: Partial<Disk>[], how: AgentWish = {}) {
  const { door, token } = await openDoor(fixture, code)
  const tell = (why: string, retries: number) => void door.call(AGENT_PATHS.retried, { why, retries }, z.unknown())
  const chunks = createChunkSource(`http://127.0.0.1:${how.chunkPort ?? fixture.http.port}`, 4, tell, {
    tries: how.tries ?? 2,
    outageMilliseconds: 1000,
    pauseMilliseconds: 1,
    localAddress: ADDRESS,
  })
  const keys = how.imageKeys ?? (await fixture.appliance.library.trustedKeys()).map((key) => key.raw)
  const meter = createProgressMeter(fixture.clock)
  const parts = {
    door,
    chunks,
    meter,
    imageKeys: keys,
    devices: fixture.folder,
    appendDiskEntry: async () => undefined,
    log: () => {},
  }
  await deploy(inventoryOf(disks), parts).finally(() => chunks.close())
  return token
}

export const inventoryOf = (disks: Partial<Disk>[]): Inventory => ({
  ...{
    uuid: UUID,
    firmware: 'bios',
    secureBoot: false,
    cpu: { model: 'c', threads: 2 },
    memoryBytes: 1 << 30,
    nics: [],
  },
  disks: disks.map((disk) => ({
    name: 'vda',
    bytes: DISK_BYTES,
    rotational: false,
    removable: false,
    readOnly: false,
    ...disk,
  })),
})

/** Waits for what an effect does in the background; at most two seconds. */
export async function until(check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('expected the condition to hold within two seconds')
}

/** The run once it has ended. */
export async function endedRun(fixture: DeployFixture, id: string): Promise<Run> {
  await until(async () => (await fixture.runs.service.find(id)).endedAt !== undefined)
  return fixture.runs.service.find(id)
}

/** What a sound system would say, in the proof program's words; `more` replaces lines. */
export const goodFacts = (fixture: DeployFixture, more: Record<string, string> = {}): string =>
  Object.entries({
    ...{ uuid: UUID, serial: 'S', mac: MAC, image: 'tiny', version: '1', manifest: fixture.manifestDigest },
    ...{ kernel: '6.1.0-test', root_bytes: String(DISK_BYTES), disk_bytes: String(DISK_BYTES), failed_unit: '' },
    ...{ address: ADDRESS, ...more },
  })
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')

/** Hands in facts with the run's verify token. */
export function handIn(fixture: DeployFixture, runId: string, facts: string): Promise<Answer> {
  const token = fixture.runs.secrets.issue({ kind: 'verify', runId, session: 0 })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'text/plain' }
  return ask({ port: fixture.tls.port, path: '/agent/facts', method: 'POST', headers, body: facts }, true)
}

/** Makes a fresh fixture with a disk full of 0xAA before each test of a file and removes it after; the result reads the current one. */
export function useDeployFixture(): () => DeployFixture {
  let fixture: DeployFixture
  beforeEach(async () => {
    fixture = await createDeployFixture()
    await makeDisk(join(fixture.folder, 'vda'), DISK_BYTES, 0xaa)
  })
  afterEach(() => fixture.close())
  return () => fixture
}
