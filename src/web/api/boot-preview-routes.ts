import * as z from 'zod'
import { parseMac } from '../../core/mac.ts'
import { BOOT_CLASSES, type BootPreview, type BootQuestion } from '../../domain/boot-preview.ts'
import { DhcpMode } from '../../domain/segment.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

/** Tells what any machine would be given, and why; changes nothing. */
export type BootPreviewDoor = (question: BootQuestion) => Promise<BootPreview>

/** A question as it stands in a URL. */
export const BootPreviewQuery = z.strictObject({
  mac: z
    .string()
    .transform((text) => parseMac(text))
    .describe('any MAC, registered or not'),
  uuid: z.guid().toLowerCase().optional().describe('SMBIOS UUID that it would send'),
  arch: z
    .string()
    .regex(/^\d{1,5}$/, 'expected a number of option 93')
    .transform(Number)
    .optional()
    .describe('option 93; every kind of firmware when absent'),
  class: z.enum(BOOT_CLASSES).optional().describe('as what it would ask; in every way when absent'),
  segment: z.string().max(63).optional().describe('the one of its lease, else the first served, when absent'),
})

const BootPreviewAnswer = z.object({
  mac: z.string(),
  machine: z.string().optional().describe('the registered machine with this MAC'),
  segment: z.string(),
  mode: DhcpMode,
  rows: z.array(
    z.object({
      transport: z.string(),
      class: z.enum([...BOOT_CLASSES, 'script']),
      arch: z.int().optional(),
      outcome: z
        .enum(['answered', 'observed', 'silent'])
        .describe('observed: it would be answered if the segment were not only observed; silent: it gets no answer'),
      kind: z.enum(['grant', 'local', 'hold', 'menu', 'ignore']),
      answer: z.string().describe('what it would be told to fetch; empty where that is nothing'),
      why: z.string(),
    }),
  ),
})

/** What would a machine be given, and why. */
export const bootPreviewRoutes = (preview: BootPreviewDoor): Endpoint[] => [
  endpoint({
    ...{ method: 'get', path: '/boot-preview', says: 'What a machine would be given, and why', role: 'viewer' },
    ...{ params: BootPreviewQuery, answer: BootPreviewAnswer },
    handle: ({ params }) => preview(params),
  }),
]
