import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Run } from '../domain/run/run.ts'
import { RUN_STATE_NAMES } from '../domain/run/run-states.ts'

/** Prometheus text: the process's own figures and the open runs by state. */
export function createMetrics(runs: { open(): Promise<Run[]> }): () => Promise<string> {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const gauge = new Gauge({
    name: 'slipway_runs_open',
    help: 'Open runs by state',
    labelNames: ['state'],
    registers: [registry],
  })
  return async () => {
    const open = await runs.open()
    for (const state of RUN_STATE_NAMES) gauge.set({ state }, open.filter((run) => run.state === state).length)
    return registry.metrics()
  }
}
