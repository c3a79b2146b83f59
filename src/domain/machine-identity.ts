import type { Conflict } from './conflict.ts'
import type { Inventory } from './inventory.ts'
import { knownText, knownUuid } from './machine.ts'

/** Who a registered machine is, as far as it is known. */
export type KnownIdentity = {
  name: string
  uuid?: string | undefined
  sharesUuid?: boolean | undefined
  serial?: string | undefined
  macs: readonly string[]
}
export type IdentityClaim = Pick<Conflict, 'machine' | 'claims' | 'other' | 'says'>
/** What an inventory says against the machine that it is thought to be; `stops`: nothing may be written to it. */
export type IdentityJudgement = { claims: IdentityClaim[]; stops: string | undefined }

/**
 * Compares what the agent found in a machine with who it is registered to be, and with all `others`. A UUID or serial that
 * differs, and one that belongs to another, says that it is not this machine. A card that belongs to another machine says
 * it too, unless the UUID proves the machine. A machine of which no UUID and serial are registered is known by its MACs.
 */
export function judgeIdentity(
  machine: KnownIdentity,
  inventory: Pick<Inventory, 'uuid' | 'serial' | 'nics'>,
  others: readonly KnownIdentity[],
): IdentityJudgement {
  const told = tellIdentity(inventory)
  const strangers = others.filter(({ name }) => name !== machine.name)
  const own = ownContradictions(machine, told)
  const taken = claimsOfOthers(machine, told, strangers)
  // A UUID that another board carries too proves neither.
  const isOnlyOne = !machine.sharesUuid && !strangers.some(({ uuid }) => uuid !== undefined && uuid === told.uuid)
  const isProved = machine.uuid !== undefined && machine.uuid === told.uuid && isOnlyOne
  const [fatal] = [...own, ...taken.filter(({ claims }) => claims !== 'mac' || !isProved)]
  return { claims: [...own, ...taken], stops: fatal?.says }
}

/** What an inventory says of who the machine is; what vendors write for "none" is none. */
export const tellIdentity = ({ uuid, serial, nics }: Pick<Inventory, 'uuid' | 'serial' | 'nics'>) => ({
  uuid: knownUuid(uuid),
  serial: knownText(serial),
  macs: [...new Set(nics.filter(({ driver }) => !NOT_ITS_OWN.has(driver ?? '')).map(({ mac }) => mac.toLowerCase()))]
    .filter((mac) => UNICAST.test(mac) && mac !== NO_MAC)
    .slice(0, MOST_MACS),
})
type Told = ReturnType<typeof tellIdentity>

/** Cards over USB: those of management controllers have one MAC in every machine of some makes, and adapters are carried about. */
const NOT_ITS_OWN = new Set(['cdc_ether', 'cdc_ncm', 'cdc_subset', 'rndis_host', 'usbnet'])
/** The lowest bit of a MAC's first byte is that of groups (IEEE 802). */
const UNICAST = /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/
const NO_MAC = '00:00:00:00:00:00'
/** As many as can be registered. */
const MOST_MACS = 32

/** Of the registered machine itself: another UUID or serial beside its MAC. */
function ownContradictions({ name, uuid, serial }: KnownIdentity, told: Told): IdentityClaim[] {
  const expected = (what: string, wanted: string, got: string): IdentityClaim => ({
    ...{ machine: name, claims: 'mac', other: got },
    says: `expected ${what} ${wanted} for ${name}, the agent found ${got}`,
  })
  if (uuid && told.uuid && uuid !== told.uuid) return [expected('UUID', uuid, told.uuid)]
  return serial && told.serial && !isSame(serial, told.serial) ? [expected('serial number', serial, told.serial)] : []
}

/** What belongs to others: their UUID or serial on this machine, their cards in it. */
function claimsOfOthers(machine: KnownIdentity, told: Told, others: readonly KnownIdentity[]): IdentityClaim[] {
  const [mac = 'a machine without a card'] = machine.macs
  return others.flatMap((other): IdentityClaim[] => {
    const claim = (claims: Conflict['claims'], value: string, says: string): IdentityClaim => ({
      ...{ machine: other.name, claims, other: value, says },
    })
    const isTwin = told.uuid !== undefined && other.uuid === told.uuid && !other.sharesUuid && !machine.sharesUuid
    const isNamesake = told.serial !== undefined && other.serial !== undefined && isSame(other.serial, told.serial)
    const moved = told.macs.filter((card) => other.macs.includes(card))
    return [
      ...(isTwin ? [claim('uuid', mac, `${machine.name} (${mac}) has the UUID of ${other.name}`)] : []),
      ...(isNamesake && !isTwin && !(other.uuid && machine.uuid && other.uuid !== machine.uuid)
        ? [claim('serial', mac, `${machine.name} (${mac}) has the serial number ${told.serial} of ${other.name}`)]
        : []),
      ...moved.map((card) => claim('mac', told.uuid ?? mac, `the card ${card} of ${other.name} is in ${machine.name}`)),
    ]
  })
}

/** Serial numbers are typed by people. */
const isSame = (one: string, other: string): boolean => one.trim().toLowerCase() === other.trim().toLowerCase()
