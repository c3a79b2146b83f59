import type * as z from 'zod'
import { StorageParts } from './storage-parts.ts'
import { explainStorage } from './storage-soundness.ts'

/**
 * How the disks of a machine are divided, for every family of operating systems alike. The disk `install` is the one that
 * the profile's install-disk rule picks; each further disk has a rule of its own. Partitions are GPT, in their order; a
 * member of an array or a volume group says so itself. A `rest` takes what the others of its disk or group leave.
 */
export const StorageLayout = StorageParts.superRefine((layout, context) => {
  for (const { path, message } of explainStorage(layout)) context.addIssue({ code: 'custom', path, message })
})
export type StorageLayout = z.infer<typeof StorageLayout>
