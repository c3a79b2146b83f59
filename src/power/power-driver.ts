/** What a driver can do to a machine. */
export const POWER_ACTIONS = ['on'] as const
export type PowerAction = (typeof POWER_ACTIONS)[number]

/** Where a packet goes: out of one interface, to everyone on its segment. `broadcast` is the segment's directed one. */
export type PowerPlace = { interface: string; broadcast: string }

/** How packets leave the host; the drivers only say what they hold. Both throw socket.failed. */
export type PowerSender = {
  udp(place: PowerPlace, port: number, payload: Uint8Array): Promise<void>
  /** A frame of this payload and EtherType to the broadcast address of the interface. */
  ethernet(place: PowerPlace, etherType: number, payload: Uint8Array): Promise<void>
}

/** A machine as far as its power goes; secrets come in and never go out. `password` as bytes. */
export type PowerTarget = { mac: string; password?: Uint8Array | undefined; places: readonly PowerPlace[] }

/** One way to switch machines. What it can not do it does not list; `act` rejects with a coded error when it fails. */
export type PowerDriver = {
  id: string
  says: string
  actions: readonly PowerAction[]
  act(action: PowerAction, target: PowerTarget, sender: PowerSender): Promise<void>
}
