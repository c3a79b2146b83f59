import { readdir } from 'node:fs/promises'
import { execa } from 'execa'
import { AppError } from '../core/errors.ts'

const PREFIX = 'slipway-lab-'
const NAMESPACES = '/run/netns'

/** A network of its own: a namespace with a bridge that has our address. Nothing of the host's network is touched. */
export type BenchNetwork = {
  namespace: string
  bridge: string
  /** Command and arguments that run a program inside the namespace. */
  inside(command: string, args: string[]): [string, string[]]
  addTap(name: string): Promise<void>
  remove(): Promise<void>
}

/** Makes the namespace and its bridge with `address`/`prefix`. Throws lab.failed; needs root. */
export async function createBenchNetwork(address: string, prefix: number): Promise<BenchNetwork> {
  await removeStale()
  const namespace = `${PREFIX}${process.pid}-${Date.now().toString(36)}`
  const bridge = 'br0'
  const ip = (...args: string[]) => run('ip', ['-n', namespace, ...args])
  await run('ip', ['netns', 'add', namespace])
  await ip('link', 'set', 'lo', 'up')
  await ip('link', 'add', bridge, 'type', 'bridge', 'stp_state', '0', 'forward_delay', '0')
  await ip('addr', 'add', `${address}/${prefix}`, 'brd', '+', 'dev', bridge)
  await ip('link', 'set', bridge, 'up')
  return {
    namespace,
    bridge,
    inside: (command, args) => ['ip', ['netns', 'exec', namespace, command, ...args]],
    addTap: async (name) => {
      await ip('tuntap', 'add', 'dev', name, 'mode', 'tap')
      await ip('link', 'set', name, 'master', bridge)
      await ip('link', 'set', name, 'up')
    },
    remove: async () => void (await execa('ip', ['netns', 'delete', namespace], { reject: false })),
  }
}

/** A bench that was killed can not tidy up: its namespace names the process that made it, and that process is gone. */
async function removeStale(): Promise<void> {
  const names = await readdir(NAMESPACES).catch(() => [])
  for (const name of names.filter((one) => one.startsWith(PREFIX))) {
    const owner = Number(name.slice(PREFIX.length).split('-')[0])
    if (!isAlive(owner)) await execa('ip', ['netns', 'delete', name], { reject: false })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

async function run(command: string, args: string[]): Promise<void> {
  try {
    await execa(command, args)
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('lab.failed', `the bench needs root and iproute2: ${said.slice(0, 400)}`, {}, cause)
  }
}
