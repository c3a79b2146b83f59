/** Which program on the machine is asking: its firmware, iPXE, or an operating system's DHCP client. */
export type BootStage = 'firmware' | 'ipxe' | 'os'

/** What is known of the asking machine from one packet. `uuid` is canonical SMBIOS text. */
export type BootClient = {
  segment: string
  mac: string
  uuid: string | undefined
  arch: number | undefined
  stage: BootStage
}

/** A numbered network boot under a run's grant. `nonceHash` is set once its boot code was exchanged. */
export type BootSession = {
  runId: string
  number: number
  openedAt: number
  mac: string
  stage: 'firmware' | 'script' | 'agent'
  nonceHash: string | undefined
}

/** What a first loader leads to: iPXE, which is not signed, or GRUB behind the signed shim. */
export type LoaderFamily = 'ipxe' | 'shim'

/** The loader that firmware is offered under a grant; without a name none is there for it. `why` is told to people. */
export type LoaderOffer = { name: string | undefined; why: string }

/**
 * What is known of a machine's loaders: the family that led to a next stage, and the one that was read to its end since
 * (`at` in milliseconds) without one.
 */
export type LoaderMemory = {
  worked?: LoaderFamily | undefined
  tried?: { family: LoaderFamily; at: number } | undefined
}

/**
 * What a machine may boot from the network now; the same answer is honoured by every transport.
 * `menu`: nobody registered it, and whoever sits there is asked.
 * `hold`: its disk was written by us and not yet proved, so it must not boot it. `ignore`: not our machine, or one that
 * claims to be another. `loader` is there for firmware only.
 */
export type BootDecision =
  | { kind: 'grant'; runId: string; session: number; loader?: LoaderOffer }
  | { kind: 'local'; why: string }
  | { kind: 'hold'; runId: string; why: string; loader?: LoaderOffer }
  | { kind: 'menu'; why: string; loader?: LoaderOffer }
  | { kind: 'ignore'; why: string }
