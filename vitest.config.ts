import { defineConfig } from 'vitest/config'
import { CountReporter } from './test/count-reporter.ts'

const full = process.env.SLIPWAY_TEST_FULL === '1'

export default defineConfig({
  test: {
    include: full ? ['test/**/*.test.ts', 'test/**/*.full.ts'] : ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: ['default', new CountReporter()],
  },
})
