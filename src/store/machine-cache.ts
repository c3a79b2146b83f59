/** What the cache needs of a machine to find it. */
type Findable = { name: string; uuid?: string | undefined; serial?: string | undefined; macs: string[] }

/**
 * Every registered machine in memory, because each packet of a storm asks whose it is. The database has the truth: who
 * changes a machine there says so with `refresh`.
 */
export type MachineCache<M extends Findable> = {
  findByMac(mac: string): Promise<M | undefined>
  findByUuid(uuid: string): Promise<M[]>
  /** Letters large or small and blanks around a serial number are nothing: people type them. */
  findBySerial(serial: string): Promise<M[]>
  /** Reads a machine anew; resolves when the next question gets the new answer. */
  refresh(name: string): Promise<void>
  /** Reads all of them anew, after many were changed at once. */
  reload(): Promise<void>
}

export function createMachineCache<M extends Findable>(
  readAll: () => Promise<M[]>,
  readOne: (name: string) => Promise<M | undefined>,
): MachineCache<M> {
  const byName = new Map<string, M>()
  const nameByMac = new Map<string, string>()
  const namesByUuid = new Map<string, Set<string>>()
  const namesBySerial = new Map<string, Set<string>>()
  let loading: Promise<void> | undefined

  const forget = (name: string): void => {
    const before = byName.get(name)
    if (!before) return
    byName.delete(name)
    for (const mac of before.macs) if (nameByMac.get(mac) === name) nameByMac.delete(mac)
    if (before.uuid) drop(namesByUuid, before.uuid, name)
    if (before.serial) drop(namesBySerial, serialKey(before.serial), name)
  }
  const keep = (machine: M): void => {
    forget(machine.name)
    byName.set(machine.name, machine)
    for (const mac of machine.macs) nameByMac.set(mac, machine.name)
    if (machine.uuid) add(namesByUuid, machine.uuid, machine.name)
    if (machine.serial) add(namesBySerial, serialKey(machine.serial), machine.name)
  }
  const load = (): Promise<void> => {
    loading ??= readAll().then(
      (machines) => {
        for (const name of byName.keys()) forget(name)
        machines.forEach(keep)
      },
      (error) => {
        loading = undefined
        throw error
      },
    )
    return loading
  }
  return {
    findByMac: async (mac) => {
      await load()
      return byName.get(nameByMac.get(mac) ?? '')
    },
    findByUuid: async (uuid) => {
      await load()
      return [...(namesByUuid.get(uuid) ?? [])].map((name) => byName.get(name)!)
    },
    findBySerial: async (serial) => {
      await load()
      return [...(namesBySerial.get(serialKey(serial)) ?? [])].map((name) => byName.get(name)!)
    },
    refresh: async (name) => {
      // Nothing was read yet, so nothing is old.
      if (!loading) return
      await load()
      const machine = await readOne(name)
      if (machine) keep(machine)
      else forget(name)
    },
    reload: async () => {
      if (!loading) return
      loading = undefined
      await load()
    },
  }
}

const serialKey = (serial: string): string => serial.trim().toLowerCase()

const add = (index: Map<string, Set<string>>, key: string, name: string): void =>
  void index.set(key, (index.get(key) ?? new Set()).add(name))

function drop(index: Map<string, Set<string>>, key: string, name: string): void {
  const names = index.get(key)
  names?.delete(name)
  if (names?.size === 0) index.delete(key)
}
