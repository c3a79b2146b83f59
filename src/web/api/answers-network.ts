import * as z from 'zod'

const milliseconds = z.int().describe('milliseconds since the epoch')

export const LeaseAnswer = z.object({
  address: z.string(),
  mac: z.string(),
  machine: z.string().optional().describe('the registered machine with this MAC'),
  clientKey: z.string().describe('id: and option 61 in hex, or hw: and hardware type and MAC'),
  uuid: z.string().optional(),
  hostName: z.string().optional(),
  state: z.enum(['bound', 'released', 'declined']),
  expiresAt: milliseconds,
  updatedAt: milliseconds,
})

export const SightingAnswer = z.object({
  at: milliseconds,
  mac: z.string(),
  machine: z.string().optional(),
  what: z.string().describe('`dhcp would …` where the segment is only observed'),
  detail: z.record(z.string(), z.unknown()).describe('`why` tells the reason of a silence'),
})

export const NoticeAnswer = z.object({
  at: milliseconds,
  kind: z.enum(['poolExhausted', 'addressInUse', 'otherServer', 'noLoader']),
  segment: z.string(),
  says: z.string(),
  remedy: z.string(),
  holders: z
    .array(
      z.object({
        address: z.string(),
        mac: z.string(),
        hostName: z.string().optional(),
        state: z.string(),
        expiresAt: milliseconds,
      }),
    )
    .optional()
    .describe('who has the addresses of an exhausted pool'),
})
