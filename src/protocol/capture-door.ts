import * as z from 'zod'
import { printable } from '../core/printable.ts'
import { ChosenDisk, digest, ZEROS } from './agent-door.ts'

/** What every path of a capture begins with. */
export const CAPTURE_PATH = '/agent/capture'

/** Paths of a capture at the agents' TLS door; each wants `Authorization: Bearer <session token>`. */
export const CAPTURE_PATHS = {
  plan: `${CAPTURE_PATH}/plan`,
  generalised: `${CAPTURE_PATH}/generalised`,
  known: `${CAPTURE_PATH}/known`,
  /** PUT, with the digest of the stored bytes behind it and their raw facts in headers. */
  chunk: `${CAPTURE_PATH}/chunk`,
  finished: `${CAPTURE_PATH}/finished`,
  reread: `${CAPTURE_PATH}/reread`,
} as const

/** Headers of a chunk: SHA-256 of its raw bytes, and how many these are. */
export const CHUNK_HEADERS = { raw: 'x-slipway-raw', rawBytes: 'x-slipway-raw-bytes' } as const

/** Of the largest disk that the image format allows. */
const MAX_CHUNKS = 2 ** 21
const count = z.int().nonnegative()
const text = (longest: number) => z.string().max(longest).overwrite(printable)

/** Which disk the agent is to capture, in chunks of how many bytes, and the version that it becomes. */
export const CapturePlan = z.object({
  disk: ChosenDisk,
  chunkSize: z.int().min(65_536),
  image: z.object({ name: z.string().regex(/^[a-z0-9._+~-]+$/), version: z.string().regex(/^[a-z0-9._+~-]+$/) }),
})
export type CapturePlan = z.infer<typeof CapturePlan>

/** What was found on one part of the disk and done to its copy. `part` 0 is a disk without partitions. Sizes in bytes. */
export const CapturedPart = z.strictObject({
  part: count,
  fileSystem: text(16).nullable(),
  bytes: count,
  /** Of its blocks in use; all of them where the file system is not known. */
  usedBytes: count,
  /** Whose rules were applied to it, and what went. */
  system: z.enum(['linux', 'windows']).nullable(),
  removed: z.array(text(64)).max(64),
})
export type CapturedPart = z.infer<typeof CapturedPart>

/** The boot facts that only the disk itself tells; see the manifest. */
export const CapturedBoot = z.strictObject({
  firmware: z.array(z.enum(['bios', 'uefi'])).max(2),
  rootPartition: z.int().min(1).max(128).nullable(),
  fileSystem: z.literal('ext4').nullable(),
  kernel: text(128).nullable(),
  seed: z.enum(['systemd', 'nocloud', 'none']),
})
export type CapturedBoot = z.infer<typeof CapturedBoot>

/** `manifest`: the digest of the version that the system says it was deployed from. */
export const GeneralisedReport = z.strictObject({
  parts: z.array(CapturedPart).min(1).max(129),
  boot: CapturedBoot,
  manifest: digest.nullable().default(null),
})
export type GeneralisedReport = z.infer<typeof GeneralisedReport>

/** Raw digests in question, and those of them whose chunks the library has. */
export const KnownQuestion = z.strictObject({ raws: z.array(digest).min(1).max(4096) })
export const KnownAnswer = z.object({ known: z.array(digest) })

/** A chunk that is sent: SHA-256 of the stored and of the raw bytes. */
export const ChunkFacts = z.strictObject({
  digest,
  raw: digest,
  rawBytes: z
    .int()
    .min(512)
    .max(4 << 20),
})

/** The whole disk as the agent read it: one raw digest a chunk in order, or `zeros`. */
export const FinishedReport = z.strictObject({
  bytes: z.int().min(512).multipleOf(512),
  digests: z
    .array(z.union([digest, z.literal(ZEROS)]))
    .min(1)
    .max(MAX_CHUNKS),
  sentChunks: count,
  sentBytes: count,
  seconds: z.number().nonnegative(),
})
export type FinishedReport = z.infer<typeof FinishedReport>
/** Raw digests whose chunks the library lacks after all (the appliance restarted, say): to be sent, then told again. */
export const FinishedAnswer = z.object({ missing: z.array(digest) })

/** The same of the second reading. The answer comes when both agree and the version is stored. */
export const RereadReport = z.strictObject({
  digests: z.array(z.union([digest, z.literal(ZEROS)])).max(MAX_CHUNKS),
  seconds: z.number().nonnegative(),
})
