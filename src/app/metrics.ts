import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Run } from '../domain/run/run.ts'
import { RUN_STATE_NAMES } from '../domain/run/run-states.ts'

/** What the cache of packages counts. */
export type PackageFigures = {
  askings(): { source: string; outcome: string; askings: number; bytes: number }[]
  usedBytes(): Promise<number>
  mostBytes: number
}

/** Prometheus text: the process's own figures, the open runs by state, the cache of packages. */
export function createMetrics(runs: { open(): Promise<Run[]> }, packages: PackageFigures): () => Promise<string> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const gauge = new Gauge({
    name: 'slipway_runs_open',
    help: 'Open runs by state',
    labelNames: ['state'],
    registers: [registry],
  })
  const writePackages = packageMetrics(registry, packages)
  return async () => {
    await writePackages()
    const open = await runs.open()
    for (const state of RUN_STATE_NAMES) gauge.set({ state }, open.filter((run) => run.state === state).length)
    return registry.metrics()
  }
}

function packageMetrics(registry: Registry, packages: PackageFigures): () => Promise<void> {
  const row = { labelNames: ['source', 'outcome'] as const, registers: [registry] }
  const askings = new Counter({ name: 'slipway_package_requests_total', help: 'Files that machines asked for', ...row })
  const bytes = new Counter({ name: 'slipway_package_bytes_total', help: 'Bytes of the files asked for', ...row })
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] })
  const used = gauge('slipway_package_cache_bytes', 'Bytes that the cache of packages holds')
  const most = gauge('slipway_package_cache_limit_bytes', 'Bytes that the cache of packages may hold')
  return async () => {
    askings.reset()
    bytes.reset()
    for (const { source, outcome, ...count } of packages.askings()) {
      askings.inc({ source, outcome }, count.askings)
      bytes.inc({ source, outcome }, count.bytes)
    }
    used.set(await packages.usedBytes())
    most.set(packages.mostBytes)
  }
}
