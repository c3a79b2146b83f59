import * as z from 'zod'

/** Options of the protocol itself and of the boot grant: an operator's value would break them. */
const OURS = new Set([0, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 66, 67, 77, 82, 93, 94, 97, 175, 255])

const code = z
  .int()
  .min(1)
  .max(254)
  .refine((number) => !OURS.has(number), 'expected an option that is not part of the protocol or of booting')

/**
 * A DHCP option by its number (RFC 2132 §2) with its value as text, addresses, an unsigned integer or bytes in hex. It
 * takes the place of what the segment's other fields say under that number.
 */
export const OptionSetting = z.union([
  z.strictObject({ code, text: z.string().min(1).max(1024) }),
  z.strictObject({ code, addresses: z.array(z.ipv4()).min(1).max(64) }),
  z.strictObject({
    code,
    number: z.int().min(0).max(0xffffffff),
    bytes: z.union([z.literal(1), z.literal(2), z.literal(4)]),
  }),
  z.strictObject({ code, hex: z.string().regex(/^([0-9a-f]{2}){0,1024}$/i, 'expected whole bytes in hex') }),
])
export type OptionSetting = z.infer<typeof OptionSetting>
