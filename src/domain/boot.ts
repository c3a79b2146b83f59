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

/**
 * What a machine may boot from the network now; the same answer is honoured by every transport.
 * `hold`: its disk was written by us and not yet proved, so it must not boot it. `ignore`: not our machine, or one that
 * claims to be another.
 */
export type BootDecision =
  | { kind: 'grant'; runId: string; session: number }
  | { kind: 'local'; why: string }
  | { kind: 'hold'; runId: string; why: string }
  | { kind: 'ignore'; why: string }
