import { type ChildProcess, spawn } from 'node:child_process'
import { type ExecaError, execa } from 'execa'

/** The appliance and machines on one bridge, each in a network namespace of its own. */
export type Fabric = {
  /** Runs a program in the appliance's namespace until it is stopped; `ready` is asked for at most ten seconds. */
  serve(command: string[], ready: () => Promise<boolean>, env?: Record<string, string>): Promise<() => Promise<void>>
  /** Runs a program on a machine to its end and returns what it printed. Throws when it fails. */
  on(machine: number, command: string[]): Promise<string>
  /** Starts a program on a machine, or on the appliance. */
  start(machine: number | 'appliance', command: string[], env?: Record<string, string>): ChildProcess
  /** Gives a machine's only card a MAC and no address. */
  plug(machine: number, mac: string): Promise<void>
  /** Bytes that left the appliance's interface since it was made. */
  bytesOut(): Promise<number>
  /** Lets machines reach the appliance and no other machine, as a switch with private ports does. */
  isolate(): Promise<void>
  close(): Promise<void>
}

const READY_TRIES = 200
const READY_PAUSE_MS = 50

/** `device` of the appliance gets `addresses`, all in one /24; each machine's card is `eth0`. */
export async function openFabric(device: string, addresses: string[], machines: number): Promise<Fabric> {
  const stem = `slwf${process.pid}`
  const [server, bridge] = [`${stem}s`, `${stem}b`]
  const machineSpaces = Array.from({ length: machines }, (_, index) => `${stem}m${index}`)
  const ip = (...args: string[]) => execa('ip', args)
  for (const namespace of [server, bridge, ...machineSpaces]) {
    await ip('netns', 'add', namespace)
    await ip('-n', namespace, 'link', 'set', 'lo', 'up')
  }
  await ip('-n', bridge, 'link', 'add', 'br0', 'type', 'bridge', 'stp_state', '0', 'forward_delay', '0')
  await ip('-n', bridge, 'link', 'set', 'br0', 'up')
  for (const [index, namespace] of [server, ...machineSpaces].entries()) {
    const [card, port] = [index === 0 ? device : 'eth0', `port${index}`]
    await ip('-n', namespace, 'link', 'add', card, 'type', 'veth', 'peer', 'name', port, 'netns', bridge)
    await ip('-n', namespace, 'link', 'set', card, 'up')
    await ip('-n', bridge, 'link', 'set', port, 'master', 'br0', 'up')
  }
  for (const address of addresses) await ip('-n', server, 'addr', 'add', `${address}/24`, 'brd', '+', 'dev', device)
  const stops = new Set<() => Promise<void>>()
  const inside = (namespace: string, command: string[]): string[] => ['netns', 'exec', namespace, ...command]
  const on = async (machine: number, command: string[]): Promise<string> =>
    (await execa('ip', inside(machineSpaces[machine]!, command), { stdin: 'ignore' })).stdout
  return {
    on,
    serve: async (command, ready, env = {}) => {
      const child = execa('ip', inside(server, command), { env, reject: false, stdin: 'ignore' })
      let ended: ExecaError | { stderr: string } | undefined
      const end = child.then((done) => {
        ended = done
      })
      const stop = async (): Promise<void> => {
        stops.delete(stop)
        child.kill('SIGTERM')
        await end
      }
      stops.add(stop)
      for (let tries = 0; tries < READY_TRIES && !ended; tries++) {
        if (await ready().catch(() => false)) return stop
        await new Promise((resolve) => setTimeout(resolve, READY_PAUSE_MS))
      }
      await stop()
      throw new Error(`expected ${command.join(' ')} to serve, got ${ended?.stderr}`)
    },
    start: (machine, command, env = {}) =>
      spawn('ip', inside(machine === 'appliance' ? server : machineSpaces[machine]!, command), {
        ...{ stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...env } },
      }),
    plug: async (machine, mac) => {
      const namespace = machineSpaces[machine]!
      await ip('-n', namespace, 'addr', 'flush', 'dev', 'eth0')
      await ip('-n', namespace, 'link', 'set', 'eth0', 'down')
      await ip('-n', namespace, 'link', 'set', 'eth0', 'address', mac, 'up')
    },
    bytesOut: async () => {
      const file = `/sys/class/net/${device}/statistics/tx_bytes`
      return Number((await execa('ip', inside(server, ['cat', file]))).stdout)
    },
    isolate: async () => {
      for (let port = 1; port <= machines; port++)
        await execa('ip', inside(bridge, ['bridge', 'link', 'set', 'dev', `port${port}`, 'isolated', 'on']))
    },
    close: async () => {
      for (const stop of [...stops]) await stop()
      for (const namespace of [...machineSpaces, bridge, server])
        await execa('ip', ['netns', 'del', namespace], { reject: false })
    },
  }
}
