import type { Clock } from '../core/clock.ts'
import type { BootClient, BootDecision } from '../domain/boot.ts'
import type { UnknownMachines } from '../domain/segment.ts'

export type StrangersDeps<M> = {
  policyOf(segment: string): Promise<UnknownMachines>
  /** Registers the machine under a name of its own with a run that discovers it, its grant open. Throws what keeps it from that. */
  discover(client: Pick<BootClient, 'mac' | 'segment'>): Promise<M>
  /** The same for one that boots without a run, if it was heard of before and never described. */
  again(machine: M, segment: string): Promise<void>
  clock: Clock
}
/** A machine that became known, or what one that stays unknown is told. */
export type StrangerAnswer<M> = { machine: M } | { decision: BootDecision }

/** Who was offered the menu may use it for this long. Milliseconds. */
const MENU_MS = 600_000
const MOST_OFFERED = 1024

/** What becomes of machines that nobody registered, by the policy of their segment. */
export function createStrangers<M>({ policyOf, discover, again, clock }: StrangersDeps<M>) {
  const offered = new Map<string, { segment: string; until: number }>()
  const ignored = (why: string): StrangerAnswer<M> => ({ decision: { kind: 'ignore', why } })
  const menu = { decision: { kind: 'menu', why: 'nobody registered it: whoever sits there is asked' } } as const
  const offer = (mac: string, segment: string): void => {
    offered.delete(mac)
    offered.set(mac, { segment, until: clock.now() + MENU_MS })
    if (offered.size > MOST_OFFERED) offered.delete(offered.keys().next().value!)
  }
  const isOffered = (mac: string): boolean => (offered.get(mac)?.until ?? 0) > clock.now()
  return {
    /** A DHCP packet of one; only the DISCOVER of firmware or iPXE `begins` anything. What is foreseen has no run yet. */
    meet: async (client: BootClient, way: 'begins' | 'goes on' | 'foresees'): Promise<StrangerAnswer<M>> => {
      const { mac, segment, stage } = client
      const unknown = `no machine with the MAC ${mac}`
      if (stage === 'os') return ignored(unknown)
      const policy = await policyOf(segment)
      if (policy === 'ignore') return ignored(unknown)
      if (policy === 'menu') {
        if (way !== 'foresees') offer(mac, segment)
        return menu
      }
      if (way === 'foresees') return { decision: { kind: 'grant', runId: '', session: 0 } }
      if (way === 'goes on') return ignored(`${unknown}; its next network boot discovers it`)
      return discover(client).then(
        (machine) => ({ machine }),
        (error: Error) => ignored(`${unknown}, and it is not discovered: ${error.message}`),
      )
    },
    /** One that is registered. What keeps it from being discovered again keeps it from nothing else. */
    meetAgain: (machine: M, segment: string): Promise<void> => again(machine, segment).catch(() => {}),
    /** A later request of one that is known by its lease's MAC alone. */
    meetMac: (mac: string): BootDecision =>
      isOffered(mac) ? menu.decision : { kind: 'ignore', why: `no machine with the MAC ${mac}` },
    /** Somebody chose discovery in the menu; undefined for who was not asked. */
    chose: async (mac: string): Promise<BootClient | undefined> => {
      const { segment } = offered.get(mac) ?? {}
      if (segment === undefined || !isOffered(mac)) return undefined
      await discover({ mac, segment })
      offered.delete(mac)
      return { mac, segment, uuid: undefined, arch: undefined, stage: 'ipxe' }
    },
  }
}
