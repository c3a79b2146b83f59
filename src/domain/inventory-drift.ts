import type { Inventory } from './inventory.ts'

/** One field that is not what it was; undefined where it was not there, or is not any more. */
export type Drift = { field: string; before: string | undefined; after: string | undefined }

/**
 * What changed between two inventories of one machine, field by field. A disk is known by what it carries (WWN, serial), a
 * card by its MAC: one that only has another name or place is told as that, and not as another disk. Memory is known by its
 * slot, a PCI device by its address.
 */
export function inventoryDrift(before: Inventory, after: Inventory): Drift[] {
  const [old, now] = [flatten(comparable(before, after)), flatten(comparable(after, before))]
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((field) => old.get(field) !== now.get(field))
    .map((field) => ({ field, before: old.get(field), after: now.get(field) }))
}

/**
 * Without what the other does not tell at all: an older agent read no memory modules and no PCI devices, and a switch that
 * was not heard before the inventory was taken is no switch that went.
 */
function comparable(one: Inventory, other: Inventory): Inventory {
  const { memory, pci, ...rest } = one
  const heard = new Set(other.nics.filter(({ lldp }) => lldp).map(({ mac }) => mac))
  return {
    ...rest,
    ...(memory && other.memory ? { memory } : {}),
    ...(pci && other.pci ? { pci } : {}),
    nics: one.nics.map(({ lldp, ...nic }) => (lldp && heard.has(nic.mac) ? { ...nic, lldp } : nic)),
  }
}

function flatten({ disks, nics, cpu, board, bmc, memory, pci, ...rest }: Inventory): Map<string, string> {
  const fields = new Map<string, string>()
  const put = (prefix: string, facts: object): void => {
    for (const [name, value] of Object.entries(facts))
      if (value !== undefined) fields.set(`${prefix}${name}`, String(value))
  }
  put('', rest)
  put('cpu ', cpu)
  put('board ', board ?? {})
  put('bmc ', bmc ?? {})
  for (const [key, { wwn: _wwn, serial: _serial, ...disk }] of keyed(disks, (one) => one.wwn ?? one.serial ?? one.name))
    put(`disk ${key} `, disk)
  // A link that is up or down is the weather, not the machine.
  for (const [key, { mac: _mac, up: _up, speedMbit: _speed, lldp, ...nic }] of keyed(nics, ({ mac }) => mac)) {
    put(`card ${key} `, nic)
    put(`card ${key} neighbour `, lldp ?? {})
  }
  for (const [key, { slot: _slot, ...module }] of keyed(
    memory ?? [],
    ({ slot, serial }) => slot ?? serial ?? 'unnamed',
  ))
    put(`memory ${key} `, module)
  for (const [key, { address: _address, ...device }] of keyed(pci ?? [], ({ address }) => address))
    put(`pci ${key} `, device)
  return fields
}

/** Two that claim one key are told apart by their order. */
function keyed<T>(all: readonly T[], keyOf: (one: T) => string): [string, T][] {
  const seen = new Map<string, number>()
  return all.map((one) => {
    const key = keyOf(one)
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    return [times === 1 ? key : `${key} (${times})`, one]
  })
}
