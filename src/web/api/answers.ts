import * as z from 'zod'
import { HardwareProfile } from '../../domain/hardware-profile.ts'
import { InstallLayer } from '../../domain/install/install-settings.ts'
import { RUN_KINDS } from '../../domain/run/run.ts'
import { RUN_EVENTS, type RunEventType } from '../../domain/run/run-events.ts'
import { RUN_STATE_NAMES } from '../../domain/run/run-states.ts'

const milliseconds = z.int().describe('milliseconds since the epoch')
const bytes = z.int().nonnegative().describe('bytes')
const runState = z.enum(RUN_STATE_NAMES)

export const RunCauseAnswer = z.object({
  code: z.string(),
  message: z.string(),
  missingStep: z.string(),
  likelyCauses: z.array(z.string()),
  remedy: z.string(),
})

export const RunProgressAnswer = z.object({
  step: z.string(),
  doneBytes: bytes,
  totalBytes: bytes,
  bytesPerSecond: z.number(),
  etaSeconds: z.number().optional(),
})

export const RunAnswer = z.object({
  id: z.string(),
  kind: z.enum(RUN_KINDS),
  machine: z.string(),
  image: z.string().describe('empty of a discovery'),
  version: z.string(),
  manifestDigest: z.string().describe('empty while a capture has stored no version'),
  profile: HardwareProfile,
  profileVersion: z.int().optional().describe('absent where the profile is none that is stored'),
  state: runState,
  stateSince: milliseconds,
  deadlineAt: milliseconds.optional(),
  createdAt: milliseconds,
  endedAt: milliseconds.optional(),
  cause: RunCauseAnswer.optional(),
  retryOf: z.string().optional(),
  install: z
    .object({ family: z.string(), release: z.string(), settings: InstallLayer })
    .optional()
    .describe('of an install run only'),
  progress: RunProgressAnswer.optional(),
})

export const RunEventAnswer = z.object({
  seq: z.int(),
  runId: z.string(),
  at: milliseconds,
  type: z.enum(Object.keys(RUN_EVENTS) as RunEventType[]),
  to: runState.optional(),
  detail: z.record(z.string(), z.unknown()),
})

export const RunWhyAnswer = z.object({
  rule: z.string().describe('the row of the table in docs/how-to/find-out-why-a-run-stopped.md'),
  message: z.string(),
  lastEvidence: RunEventAnswer.optional(),
  missingStep: z.string(),
  likelyCauses: z.array(z.string()),
  remedy: z.string(),
  waiting: z
    .object({ seconds: z.number(), usualSeconds: z.number(), deadlineSeconds: z.number().optional() })
    .optional()
    .describe('absent when the run has ended'),
})

export const LogLineAnswer = z.object({ seq: z.int(), at: milliseconds, line: z.string() })

export const RunTransferAnswer = z.object({
  at: milliseconds,
  step: z.string(),
  doneBytes: bytes.describe('bytes of the step that the agent said it had done'),
  totalBytes: bytes,
  servedBytes: bytes.describe('bytes of chunks that the server had sent since the run began'),
  donePerSecond: z.number().describe('bytes a second since the sample before, as the agent told'),
  servedPerSecond: z.number().describe('bytes a second since the sample before, as the server sent'),
})

export const ImageVersionAnswer = z.object({
  name: z.string(),
  version: z.string(),
  manifestDigest: z.string(),
  size: bytes,
  storedBytes: bytes,
  ownBytes: bytes,
  createdAt: z.string(),
})

const relative = z.object({
  name: z.string(),
  version: z.string(),
  manifestDigest: z.string(),
  isParent: z.boolean(),
  sharedBytes: bytes.describe('stored bytes of this version that the other has too'),
})

export const ImageFactsAnswer = ImageVersionAnswer.extend({
  chunkSize: bytes,
  chunks: z.int().describe('places of the disk that a chunk fills'),
  holes: z.int().describe('places of the disk that are all zeros and have no bytes'),
  boot: z.object({
    firmware: z.array(z.string()),
    rootPartition: z.int().nullable(),
    fileSystem: z.string().nullable(),
    kernel: z.string().nullable(),
    seed: z.string(),
    banners: z.array(z.object({ port: z.int(), expect: z.string() })),
    settings: z.array(z.object({ id: z.string(), expect: z.string() })).optional(),
  }),
  provenance: z.object({
    recipe: z.string().nullable(),
    recipeDigest: z.string().nullable(),
    packages: z.array(z.string()),
    tool: z.string(),
  }),
  parent: relative.nullable(),
  parentDigest: z.string().nullable(),
  signedBy: z.string().describe('id of the trusted key whose signature is right'),
  relatives: z.array(relative),
  map: z.array(z.enum(['hole', 'own', 'shared'])).describe('the disk from its first byte to its last, in equal parts'),
})
