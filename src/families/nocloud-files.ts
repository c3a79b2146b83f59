import type { FamilyFile } from './family.ts'

/** What a NoCloud seed has beside its user-data. */
export const NOCLOUD_FILES: readonly [FamilyFile, FamilyFile] = [
  { name: 'meta-data', template: 'cloud-init/meta-data.hbs', format: 'yaml', mediaType: 'text/yaml' },
  { name: 'vendor-data', template: 'cloud-init/vendor-data.hbs', format: 'yaml', mediaType: 'text/cloud-config' },
]
