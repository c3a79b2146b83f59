import type { BootDecision } from './boot.ts'
import type { DhcpMode } from './segment.ts'

/** As what a machine would ask: firmware by PXE or by HTTP, iPXE, or an operating system's DHCP client. */
export const BOOT_CLASSES = ['pxe', 'http', 'ipxe', 'os'] as const
export type BootClass = (typeof BOOT_CLASSES)[number]

/** A question about any machine, registered or not, seen or not; what is left out is asked in every way there is. */
export type BootQuestion = {
  mac: string
  uuid?: string | undefined
  /** Option 93; without it every kind of firmware that there is a loader for. */
  arch?: number | undefined
  class?: BootClass | undefined
  /** Without it the one that the MAC has a lease on, else the first that is served. */
  segment?: string | undefined
}

/**
 * What one transport would answer now. `outcome`: `answered` leaves; `observed` would leave if the segment were not only
 * observed; `silent` is none at all. `answer`: what the machine would be told to fetch, in words where that is nothing.
 */
export type BootPreviewRow = {
  transport: string
  class: BootClass | 'script'
  arch: number | undefined
  outcome: 'answered' | 'observed' | 'silent'
  kind: BootDecision['kind']
  answer: string
  why: string
}

/** The whole answer; `machine` is the registered one that the MAC belongs to. */
export type BootPreview = {
  mac: string
  machine: string | undefined
  segment: string
  mode: DhcpMode
  rows: BootPreviewRow[]
}
