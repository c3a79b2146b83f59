import type { Clock } from '../core/clock.ts'
import type { BootClient, LoaderFamily, LoaderMemory, LoaderOffer } from '../domain/boot.ts'
import { firmwareOf, type Loader, loaderNamed, whyNoLoader } from './firmware.ts'
import { afterRead, afterStage, chooseFamily } from './loader-choice.ts'

/** A machine as far as its loaders go. The inventory is its agent's word. */
export type LoaderMachine = {
  name: string
  inventory?: { secureBoot: boolean } | undefined
  loaders?: LoaderMemory | undefined
}

/** A loader's file as it is now: there and signed or not, or why it can not be handed out. */
export type LoaderState = { signed: boolean } | { missing: string }

export type LoaderDeskDeps = {
  machines: {
    findByMac(mac: string): Promise<LoaderMachine | undefined>
    saveLoaders(name: string, memory: LoaderMemory): Promise<unknown>
  }
  firstLoader(segment: string): Promise<LoaderFamily | undefined>
  stateOf(loader: Loader): Promise<LoaderState>
  clock: Clock
}

/** What firmware is given to start with, and what is remembered of how that went. */
export type LoaderDesk = {
  offer(client: BootClient): Promise<LoaderOffer>
  /** A loader was read to its end by a machine that may boot from the network. */
  noteRead(mac: string, name: string): Promise<void>
  /** A stage was seen that only this family leads to; without one, the agent itself. */
  noteStage(mac: string, family?: LoaderFamily): Promise<void>
}

/** Until the segment or the machine says otherwise: it needs no signature and reads by HTTP. */
const DEFAULT_FAMILY = 'ipxe'

export function createLoaderDesk({ machines, firstLoader, stateOf, clock }: LoaderDeskDeps): LoaderDesk {
  const choose = async (client: BootClient) => {
    const machine = await machines.findByMac(client.mac)
    const secureBoot = machine?.inventory?.secureBoot === true
    const first = (await firstLoader(client.segment)) ?? DEFAULT_FAMILY
    return { secureBoot, ...chooseFamily({ secureBoot, memory: machine?.loaders ?? {}, first, now: clock.now() }) }
  }
  return {
    offer: async (client) => {
      const row = firmwareOf(client.arch)
      if (!row) return { name: undefined, why: whyNoLoader(client.arch)! }
      const { secureBoot, family, why } = await choose(client)
      const { ipxe, shim } = row.loaders
      const loader = family === 'shim' && shim ? shim : ipxe
      const state = await stateOf(loader)
      if ('missing' in state) return { name: undefined, why: state.missing }
      if (secureBoot && !state.signed)
        return { name: undefined, why: `Secure Boot is on, and ${loader.name} for ${row.says} is not signed` }
      return { name: loader.name, why: shim ? why : `the loader for ${row.says}` }
    },
    noteRead: async (mac, name) => {
      const [loader, machine] = [loaderNamed(name), await machines.findByMac(mac)]
      if (loader && machine)
        await machines.saveLoaders(machine.name, afterRead(machine.loaders ?? {}, loader.family, clock.now()))
    },
    noteStage: async (mac, family) => {
      const machine = await machines.findByMac(mac)
      const tried = machine?.loaders?.tried
      const memory = tried && afterStage(machine.loaders ?? {}, family ?? tried.family)
      if (memory) await machines.saveLoaders(machine.name, memory)
    },
  }
}
