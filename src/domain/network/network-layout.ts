import type * as z from 'zod'
import { NetworkParts } from './network-parts.ts'
import { explainNetwork } from './network-soundness.ts'

/**
 * The links of an installed system: cards, bonds of cards, VLANs over either. Every link has a name that the others use.
 * A card or bond without `addressing` has no address of its own.
 */
export const NetworkLayout = NetworkParts.superRefine((layout, context) => {
  for (const { path, message } of explainNetwork(layout)) context.addIssue({ code: 'custom', path, message })
})
export type NetworkLayout = z.infer<typeof NetworkLayout>
