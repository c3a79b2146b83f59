import type { BenchSection } from './bench-section.ts'

export const versionsBench: BenchSection = { name: 'versions', run: async () => [] }
