/** What an installed system says of itself, handed in once after first boot. All of it is the machine's word. Sizes in bytes. */
export type Facts = {
  uuid: string
  serial: string
  macs: string[]
  image: string
  version: string
  manifest: string
  kernel: string
  rootBytes: number
  diskBytes: number
  failedUnits: string[]
  addresses: string[]
  /** Undefined where the system has no such variable, or is of an image that does not tell. */
  secureBoot?: boolean
  /** How the system is set, by the ids in its image's manifest. */
  settings?: { id: string; got: string }[]
}
