import { execa } from 'execa'

/** Two network namespaces joined by a cable, for real clients against real servers. */
export type Network = {
  server: string
  client: string
  /** Runs a program in a namespace; never throws on its exit code. */
  run(namespace: string, command: string[], timeoutMs?: number): Promise<Finished>
  close(): Promise<void>
}

export type Finished = { exitCode: number | undefined; stdout: string; stderr: string }

let made = 0

/** Server side `seg0` with `address`/24, client side `eth0` without one. Names are unique to this process. */
export async function openNetwork(address: string): Promise<Network> {
  const stem = `slw${process.pid}n${++made}`
  const [server, client] = [`${stem}s`, `${stem}c`]
  const ip = (...args: string[]) => execa('ip', args)
  await ip('netns', 'add', server)
  await ip('netns', 'add', client)
  for (const namespace of [server, client]) await ip('-n', namespace, 'link', 'set', 'lo', 'up')
  await addCable({ server, client }, 'seg0', 'eth0', address)
  return {
    server,
    client,
    run: async (namespace, command, timeout = 20_000) => {
      const done = await execa('ip', ['netns', 'exec', namespace, ...command], { reject: false, timeout })
      return { exitCode: done.exitCode, stdout: done.stdout, stderr: done.stderr }
    },
    close: async () => {
      for (const namespace of [server, client]) await execa('ip', ['netns', 'del', namespace], { reject: false })
    },
  }
}

/** One more cable between the two: `serverSide` with `address`/24, `clientSide` bare. */
export async function addCable(
  { server, client }: Pick<Network, 'server' | 'client'>,
  serverSide: string,
  clientSide: string,
  address: string,
): Promise<void> {
  const ip = (...args: string[]) => execa('ip', args)
  await ip('-n', server, 'link', 'add', serverSide, 'type', 'veth', 'peer', 'name', clientSide, 'netns', client)
  await ip('-n', server, 'addr', 'add', `${address}/24`, 'brd', '+', 'dev', serverSide)
  await ip('-n', server, 'link', 'set', serverSide, 'up')
  await ip('-n', client, 'link', 'set', clientSide, 'up')
}

/** A test program running in a namespace that prints JSON lines, the first of them `{"ready":true}`. */
export type Host = {
  lines: Record<string, unknown>[]
  /** The first line, old or new, that `matches`. */
  line(matches: (line: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>
  stop(): Promise<void>
}

/** Starts `script` with one JSON argument under this Node, inside a namespace. */
export async function startHost(namespace: string, script: string, config: unknown): Promise<Host> {
  const child = execa('ip', ['netns', 'exec', namespace, process.execPath, script, JSON.stringify(config)], {
    reject: false,
    stderr: 'pipe',
  })
  const lines: Record<string, unknown>[] = []
  const waiting = new Set<() => void>()
  const reading = (async () => {
    for await (const text of child.iterable()) {
      lines.push(JSON.parse(text))
      for (const wake of waiting) wake()
    }
  })()
  const line: Host['line'] = async (matches) => {
    for (;;) {
      const found = lines.find(matches)
      if (found) return found
      await Promise.race([
        new Promise<void>((resolve) => waiting.add(resolve)),
        child.then((result) => Promise.reject(new Error(`the host ended: ${result.stderr}`))),
      ])
    }
  }
  await line((first) => first.ready === true)
  return {
    lines,
    line,
    stop: async () => {
      child.kill('SIGTERM')
      await reading.catch(() => {})
      await child
    },
  }
}
