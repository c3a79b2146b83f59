import type { BenchSection } from './bench-section.ts'

export const httpBench: BenchSection = { name: 'http', run: async () => [] }
