import { execa } from 'execa'
import type { BenchNetwork } from '../../src/lab/bench-network.ts'

/** Namespaces beside a bench's own: others' servers on its segment, and networks behind a router. */
export type SideNetworks = {
  /** A DHCP server of somebody else on the bench's bridge, at 10.77.0.2, that knows nothing of booting. */
  addOtherDhcp(): Promise<void>
  /** A router at 10.77.0.9 with a relay, and behind it 10.20.0.0/24 on the bridge `far0`. */
  addRouter(): Promise<void>
  /** Puts a machine of the bench behind the router. */
  moveBehind(tap: string): Promise<void>
  /** Prints each packet that a filter takes on a device of the bench; `stop` gives the lines. */
  watch(device: string, filter: string): { lines: string[]; stop(): Promise<string[]> }
  remove(): Promise<void>
}

const DNSMASQ = ['--keep-in-foreground', '--port=0', '--conf-file=/dev/null', '--user=root', '--no-ping', '--pid-file=']

export function besideBench({ namespace, bridge }: BenchNetwork): SideNetworks {
  const made: string[] = []
  const programs: { kill(signal: 'SIGTERM'): unknown }[] = []
  const ip = (...args: string[]) => execa('ip', args)
  const addNamespace = async (suffix: string): Promise<string> => {
    const name = `${namespace}-${suffix}`
    await ip('netns', 'add', name)
    made.push(name)
    return name
  }
  const plug = async (into: string, device: string, address: string, port: string, master: string): Promise<void> => {
    await ip('-n', namespace, 'link', 'add', port, 'type', 'veth', 'peer', 'name', device, 'netns', into)
    await ip('-n', namespace, 'link', 'set', port, 'master', master, 'up')
    await ip('-n', into, 'addr', 'add', `${address}/24`, 'brd', '+', 'dev', device)
    await ip('-n', into, 'link', 'set', device, 'up')
  }
  const startIn = (into: string, ...command: string[]) => {
    const child = execa('ip', ['netns', 'exec', into, ...command], { reject: false, stdin: 'ignore' })
    programs.push(child)
    return child
  }
  return {
    addOtherDhcp: async () => {
      const into = await addNamespace('dhcp')
      await plug(into, 'eth0', '10.77.0.2', 'dhcp0', bridge)
      const lease = ['--dhcp-range=10.77.0.100,10.77.0.199,1h', '--dhcp-leasefile=/dev/null']
      startIn(into, 'dnsmasq', ...DNSMASQ, '--dhcp-authoritative', ...lease)
    },
    addRouter: async () => {
      const into = await addNamespace('gate')
      await ip('-n', namespace, 'link', 'add', 'far0', 'type', 'bridge', 'stp_state', '0', 'forward_delay', '0')
      await ip('-n', namespace, 'link', 'set', 'far0', 'up')
      await plug(into, 'near', '10.77.0.9', 'gate0', bridge)
      await plug(into, 'far', '10.20.0.1', 'gate1', 'far0')
      await ip('-n', namespace, 'route', 'add', '10.20.0.0/24', 'via', '10.77.0.9')
      await execa('ip', ['netns', 'exec', into, 'sysctl', '-qw', 'net.ipv4.ip_forward=1'])
      startIn(into, 'dnsmasq', ...DNSMASQ, '--dhcp-relay=10.20.0.1,10.77.0.1')
    },
    moveBehind: async (tap) => void (await ip('-n', namespace, 'link', 'set', tap, 'master', 'far0')),
    watch: (device, filter) => {
      const child = startIn(namespace, 'tcpdump', '-i', device, '-n', '-l', '-v', filter)
      const lines: string[] = []
      const read = (async () => {
        for await (const line of child.iterable()) lines.push(line)
      })().catch(() => {})
      return {
        lines,
        stop: async () => {
          child.kill('SIGTERM')
          await read
          return lines
        },
      }
    },
    remove: async () => {
      for (const program of programs) program.kill('SIGTERM')
      for (const name of made) await execa('ip', ['netns', 'delete', name], { reject: false })
    },
  }
}
