import type { BootClient } from '../domain/boot.ts'
import type { Conflict } from '../domain/conflict.ts'
import { knownUuid } from '../domain/machine.ts'

/** What is registered of a machine that tells it from others by its UUID. */
export type RegisteredMachine = { name: string; uuid?: string | undefined; sharesUuid?: boolean | undefined }
export type Contradiction = Pick<Conflict, 'machine' | 'claims' | 'other' | 'says'>

export type IdentityDeps<M extends RegisteredMachine> = {
  findByMac(mac: string): Promise<M | undefined>
  findByUuid(uuid: string): Promise<M[]>
}

/** Who asks: the machine that its MAC belongs to, where nothing it says of itself contradicts that. */
export type Identity<M> = { machine: M | undefined; contradictions: Contradiction[] }

/**
 * Compares what a packet says with what is registered. The MAC finds the machine; a UUID that belongs to another, or
 * that is not the registered one, contradicts it, and then no machine is found. All-zero UUIDs say nothing.
 */
export async function identify<M extends RegisteredMachine>(
  { mac, uuid }: Pick<BootClient, 'mac' | 'uuid'>,
  deps: IdentityDeps<M>,
): Promise<Identity<M>> {
  const machine = await deps.findByMac(mac)
  const told = knownUuid(uuid)
  if (!told || machine?.uuid === told) return { machine, contradictions: [] }
  const owners = (await deps.findByUuid(told)).filter((owner) => owner.name !== machine?.name && !owner.sharesUuid)
  const claimsUuid = owners.map((owner) => ({
    ...{ machine: owner.name, claims: 'uuid' as const, other: mac },
    says: `the card ${mac}${machine ? ` of ${machine.name}` : ', which is not registered,'} tells the UUID of ${owner.name}`,
  }))
  const registered = machine?.uuid ?? (owners.length > 0 ? 'another, or none' : undefined)
  if (!machine || !registered) return { machine, contradictions: claimsUuid }
  const says = `expected UUID ${registered} with the MAC ${mac} of ${machine.name}, got ${told}`
  const claimsMac = { machine: machine.name, claims: 'mac' as const, other: told, says }
  return { machine: undefined, contradictions: [claimsMac, ...claimsUuid] }
}
