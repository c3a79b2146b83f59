import * as z from 'zod'
import { printable } from '../core/printable.ts'
import { Inventory } from '../domain/inventory.ts'
import { AGENT_RUN_KINDS } from '../domain/run/run.ts'

/** Paths of the agents' TLS door. Every one but `exchange` wants `Authorization: Bearer <session token>`. */
export const AGENT_PATHS = {
  exchange: '/agent/exchange',
  inventory: '/agent/inventory',
  manifest: '/agent/manifest',
  peers: '/agent/peers',
  progress: '/agent/progress',
  log: '/agent/log',
  writing: '/agent/writing',
  retried: '/agent/retried',
  written: '/agent/written',
  readBack: '/agent/read-back',
  seed: '/agent/seed',
  seeded: '/agent/seeded',
  failed: '/agent/failed',
  facts: '/agent/facts',
} as const

/** Response header that carries the manifest's detached signature as base64. */
export const SIGNATURE_HEADER = 'x-slipway-signature'

/** Text that a machine wrote: bounded and made printable once, here. */
const text = (longest: number) => z.string().max(longest).overwrite(printable)
const count = z.int().nonnegative()
export const digest = z.string().regex(/^[0-9a-f]{64}$/)

/** A boot code for a session token, once. The nonce lets the same agent repeat a call whose answer was lost. */
export const ExchangeRequest = z.strictObject({ code: z.string().min(20).max(200), nonce: z.string().min(20).max(100) })
export const ExchangeAnswer = z.object({
  token: z.string(),
  runId: z.string(),
  machine: z.string(),
  kind: z.enum(AGENT_RUN_KINDS).default('deploy'),
})

export const InventoryReport = z.strictObject({ inventory: Inventory })

/** The server's choice by the profile's rule; the agent checks that it still fits. */
export const ChosenDisk = z.object({
  name: z.string().regex(/^[a-z0-9]{1,32}$/),
  bytes: count,
  serial: z.string().optional(),
})
export type ChosenDisk = z.infer<typeof ChosenDisk>
/** What the agent is to write, and where. */
export const DeployPlan = z.object({ disk: ChosenDisk, manifestDigest: digest })
export type DeployPlan = z.infer<typeof DeployPlan>

/** Sizes in bytes, rate in bytes a second. The answer tells the agent whether its run still wants it. */
export const ProgressReport = z.strictObject({
  step: text(40),
  doneBytes: count,
  totalBytes: count,
  bytesPerSecond: z.number().nonnegative(),
  etaSeconds: z.number().nonnegative().optional(),
})
export type ProgressReport = z.infer<typeof ProgressReport>
export const ProgressAnswer = z.object({ proceed: z.boolean() })

export const LogReport = z.strictObject({ lines: z.array(text(2000)).max(200) })

/** Why a chunk was fetched again, and how many times that happened so far in this session. */
export const RetriedReport = z.strictObject({ why: text(500), retries: count })

export const WrittenReport = z.strictObject({
  chunks: count,
  /** From the appliance. */
  fetchedBytes: count,
  /** From other agents of the segment. */
  peerBytes: count.default(0),
  holes: count,
  /** Chunks that the disk held already, found by their digest. */
  kept: count,
  retries: count,
  seconds: z.number(),
})
export type WrittenReport = z.infer<typeof WrittenReport>

/** What stands in `digests` for a chunk that read as zeros throughout. */
export const ZEROS = 'zeros'
/** One entry a chunk of the manifest, in order: SHA-256 of the raw bytes read from the disk, or `zeros`. */
export const ReadBackReport = z.strictObject({
  digests: z.array(z.union([digest, z.literal(ZEROS)])).max(1 << 24),
  seconds: z.number(),
})

/** Files to put on the new root file system: content, or the target of a symbolic link. `append` adds to what is there. */
export const SeedFile = z.object({
  path: z.string().regex(/^(\/[A-Za-z0-9._@-]+)+$/),
  mode: z.int().min(0).max(0o777),
  content: z.string().optional(),
  linkTo: z.string().optional(),
  append: z.boolean().default(false),
})
export type SeedFile = z.infer<typeof SeedFile>
export const SeedAnswer = z.object({ files: z.array(SeedFile) })

/** What UEFI firmware holds as its BootOrder after the run's disk got an entry: numbers of four hex digits, with their labels. */
export const BootOrderReport = z.strictObject({
  entry: text(4),
  order: z.array(text(4)).max(256),
  labels: z.array(text(80)).max(256),
})
export type BootOrderReport = z.infer<typeof BootOrderReport>

export const SeededReport = z.strictObject({ rootBytes: count, bootOrder: BootOrderReport.optional() })

export const FailedReport = z.strictObject({ code: text(64), message: text(4000) })
