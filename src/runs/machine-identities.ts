import type { Inventory } from '../domain/inventory.ts'
import { type IdentityJudgement, judgeIdentity, type KnownIdentity, tellIdentity } from '../domain/machine-identity.ts'

type Told = ReturnType<typeof tellIdentity>
/** A machine as it is known; `inventory` is what was believed of it last. */
export type KnownMachine = KnownIdentity & { discoveredAt?: number | undefined; inventory?: Inventory | undefined }

export type MachineIdentitiesDeps = {
  machines: {
    /** Every machine that has something of this identity. */
    alike(identity: Told): Promise<KnownMachine[]>
    identify(name: string, identity: Told): Promise<void>
  }
  /** Forgets a machine that was heard of and never described: it is a card of another one. */
  fold(name: string, into: string): Promise<void>
}

/** Who machines are, by what agents find in them. */
export function createMachineIdentities({ machines, fold }: MachineIdentitiesDeps) {
  return {
    judge: async (machine: KnownMachine, inventory: Inventory): Promise<IdentityJudgement> =>
      judgeIdentity(asBelieved(machine), inventory, (await alike(machine, inventory)).others),
    /** Those that were heard of by a card of this machine only are this machine: for one that nothing speaks against. */
    foldCards: async (machine: KnownMachine, inventory: Inventory): Promise<void> => {
      for (const { name } of (await alike(machine, inventory)).cards) await fold(name, machine.name)
    },
    /** One that nobody registered learns who it is, once. */
    learn,
  }

  /** Everyone else who has something of this identity: `cards` were heard of and never described. */
  async function alike(machine: KnownMachine, inventory: Inventory) {
    const found = (await machines.alike(tellIdentity(inventory))).filter(({ name }) => name !== machine.name)
    const isCard = ({ discoveredAt, inventory: known }: KnownMachine) => discoveredAt !== undefined && !known
    return { cards: found.filter(isCard), others: found.filter((one) => !isCard(one)) }
  }

  /** Its own cards, UUID and serial; a card that belongs to another machine stays that one's. */
  async function learn(machine: KnownMachine, inventory: Inventory): Promise<void> {
    const told = tellIdentity(inventory)
    const foreign = (await alike(machine, inventory)).others.flatMap(({ macs }) => macs)
    // Without a UUID nothing proves that the cards are of one board.
    const cards = told.uuid === undefined ? [] : told.macs.filter((mac) => !foreign.includes(mac))
    const macs = [...new Set([...machine.macs, ...cards])].slice(0, 32)
    const { uuid = machine.uuid, serial = machine.serial } = told
    await machines.identify(machine.name, { uuid, serial, macs })
  }
}

/** Of a machine that is registered by its MACs alone the rest is what was believed of it last. */
function asBelieved(machine: KnownMachine): KnownIdentity {
  const found = machine.inventory && tellIdentity(machine.inventory)
  return { ...machine, uuid: machine.uuid ?? found?.uuid, serial: machine.serial ?? found?.serial }
}
