import { hasCode } from '../core/errors.ts'
import type { Inventory, Neighbour } from '../domain/inventory.ts'
import { DISCOVER_PATH, DiscoverAnswer, ORDERS_PATH, OrdersAnswer } from '../protocol/discover-door.ts'
import type { Door } from './door.ts'

const ASK_AGAIN_MILLISECONDS = 5000
const UNAUTHENTICATED = 401

/** Shows a line on the machine's console: its run has ended, or is about to. */
type Say = (line: string) => void
/** What the machine does when the agent ends. */
export type Ending = 'restart' | 'off'

/** Tells the appliance what the machine is; the answer is the token with which it waits, undefined where it does not. */
export async function discover(inventory: Inventory, door: Door, say: Say): Promise<string | undefined> {
  const { machine, profile, why, rest } = await door.call(DISCOVER_PATH, { inventory }, DiscoverAnswer)
  say(`this is ${machine}, profile ${profile ?? 'none'}: ${why}`)
  return rest
}

/** Waits for what the appliance wants of the machine: it restarts into a run, or is switched off when none came for long. */
export async function waitForOrders(
  door: Door,
  token: string,
  heard: () => ReadonlyMap<string, Neighbour>,
  say: Say,
  askAgain = ASK_AGAIN_MILLISECONDS,
): Promise<Ending> {
  say('this machine waits for a run')
  door.useToken(token)
  for (;;) {
    // Switches speak twice a minute: most are heard after the inventory was handed in.
    const neighbours = [...heard()].map(([mac, lldp]) => ({ mac, lldp }))
    const order = await door.call(ORDERS_PATH, { neighbours }, OrdersAnswer).then(
      (answer) => answer.order,
      (error: unknown) => {
        // An appliance that is away for long comes back; one that does not know the machine any more does not.
        if (hasCode(error, 'agent.token_refused') && error.details.status === UNAUTHENTICATED) throw error
        say(`not heard: ${error instanceof Error ? error.message : error}`)
        return 'wait' as const
      },
    )
    if (order !== 'wait') return order
    await new Promise((resolve) => setTimeout(resolve, askAgain))
  }
}
