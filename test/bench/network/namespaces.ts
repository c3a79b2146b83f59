import { execa } from 'execa'
import { type Network, openNetwork } from '../../servers/network.ts'

export const SERVER_ADDRESSES = {
  ours: '10.77.0.1',
  first: '10.77.0.2',
  second: '10.77.0.3',
  third: '10.77.0.4',
} as const
export const CLIENT_ADDRESS = '10.77.0.9'

/** A program that serves until it is stopped. */
export type Daemon = { stop(): Promise<void> }

/** Servers on one side of a cable, clients on the other. */
export type BenchNamespaces = {
  network: Network
  /** Starts a server. `ready` is asked until it is true, for at most ten seconds. */
  serve(command: string[], ready: () => Promise<boolean>, env?: Record<string, string>): Promise<Daemon>
  /** Runs a client to its end and returns what it printed. Throws when it fails. */
  drive(command: string[], timeoutMs?: number): Promise<string>
  /** Stops every server: the next section must not meet those of the last. */
  stopAll(): Promise<void>
  close(): Promise<void>
}

const READY_TRIES = 200
const READY_PAUSE_MS = 50

/** Two namespaces; the server's interface `seg0` has an address for every server. */
export async function openNamespaces(): Promise<BenchNamespaces> {
  const network = await openNetwork(SERVER_ADDRESSES.ours)
  const { first, second, third } = SERVER_ADDRESSES
  for (const address of [first, second, third])
    await execa('ip', ['-n', network.server, 'addr', 'add', `${address}/24`, 'dev', 'seg0'])
  await execa('ip', ['-n', network.client, 'addr', 'add', `${CLIENT_ADDRESS}/24`, 'dev', 'eth0'])
  const daemons = new Set<Daemon>()
  const stopAll = async (): Promise<void> => {
    for (const daemon of [...daemons]) await daemon.stop()
  }
  return {
    network,
    serve: async (command, ready, env = {}) => {
      const child = execa('ip', ['netns', 'exec', network.server, ...command], { env, reject: false, stdin: 'ignore' })
      let result: { stderr: string } | undefined
      const ended = child.then((done) => {
        result = done
      })
      const daemon: Daemon = {
        stop: async () => {
          daemons.delete(daemon)
          child.kill('SIGTERM')
          await ended
        },
      }
      daemons.add(daemon)
      for (let tries = 0; tries < READY_TRIES && !result; tries++) {
        if (await ready().catch(() => false)) return daemon
        await new Promise((resolve) => setTimeout(resolve, READY_PAUSE_MS))
      }
      await daemon.stop()
      throw new Error(`expected ${command.join(' ')} to serve, got ${result?.stderr}`)
    },
    drive: async (command, timeout = 300_000) => {
      const done = await network.run(network.client, command, timeout)
      if (done.exitCode === 0) return done.stdout
      throw new Error(`expected ${command.join(' ')} to succeed, got ${done.exitCode}: ${done.stderr}`)
    },
    stopAll,
    close: async () => {
      await stopAll()
      await network.close()
    },
  }
}
