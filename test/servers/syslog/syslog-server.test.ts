import { createSocket } from 'node:dgram'
import { afterEach, expect, it } from 'vitest'
import { silentLog } from '../../../src/core/log.ts'
import { createSyslogServer } from '../../../src/servers/syslog/syslog-server.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

/** A port of loopback that nobody has just now. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(resolve))
  return port
}

const isWanted = (address: string): boolean => address !== '127.0.0.9'

async function open(heard: (address: string, lines: string[]) => Promise<void>) {
  const port = await freePort()
  const server = createSyslogServer({ interface: 'lo', address: '127.0.0.1', port, isWanted, heard, log: silentLog })
  await server.start()
  undo.push(server.stop)
  const from = async (address: string) => {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve) => socket.bind(0, address, resolve))
    undo.push(() => new Promise<void>((resolve) => socket.close(resolve)))
    return (text: string) => new Promise<void>((resolve) => socket.send(text, port, '127.0.0.1', () => resolve()))
  }
  return { from, stop: server.stop }
}

it('hands on the lines of each machine together, in their order and made printable', async () => {
  const calls: [string, string[]][] = []
  const { from } = await open(async (...call) => void calls.push(call))
  const [one, two] = [await from('127.0.0.2'), await from('127.0.0.3')]
  for (let line = 0; line < 50; line += 1) await one(`<30>Nov 22 05:01:02 anna[3]: line ${line}`)
  await (await from('127.0.0.9'))('<30>Nov 22 05:01:02 x: of nobody')
  await two(`<30>Nov 22 05:01:02 anna[3]: \u001b[31m${'x'.repeat(5000)}`)
  await expect.poll(() => calls.flatMap(([, lines]) => lines)).toHaveLength(51)
  const of = (address: string) => calls.filter(([from]) => from === address).flatMap(([, lines]) => lines)
  expect(of('127.0.0.2')).toEqual(Array.from({ length: 50 }, (_none, line) => `anna[3]: line ${line}`))
  expect(of('127.0.0.3')[0]).toMatch(/^anna\[3\]: ·\[31mx+$/)
  expect(of('127.0.0.3')[0]).toHaveLength(500)
  expect(calls.length).toBeLessThan(10)
})

it('keeps only so much of one that sends without end while its lines are stored, and hears others', async () => {
  let release = (): void => {}
  const slow = new Promise<void>((resolve) => {
    release = resolve
  })
  const calls: [string, number][] = []
  const { from } = await open(async (address, lines) => {
    calls.push([address, lines.length])
    await slow
  })
  const [flood, other] = [await from('127.0.0.2'), await from('127.0.0.3')]
  await flood('first')
  await expect.poll(() => calls).toHaveLength(1)
  for (let sent = 0; sent < 2500; sent += 1) await flood(`<30>Nov 22 05:01:02 x: ${sent}`)
  await other('hello')
  release()
  await expect.poll(() => calls.map(([address]) => address)).toContain('127.0.0.3')
  expect(Math.max(...calls.map(([, lines]) => lines))).toBe(2000)
})

it('goes on when lines could not be kept, and hears nothing once it is stopped', async () => {
  const calls: string[][] = []
  const { from, stop } = await open(async (_address, lines) => {
    calls.push(lines)
    if (calls.length === 1) throw new Error('database is locked')
  })
  const say = await from('127.0.0.2')
  await say('one')
  await expect.poll(() => calls).toEqual([['one']])
  await say('two')
  await expect.poll(() => calls).toEqual([['one'], ['two']])
  await stop()
  await say('three')
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(calls).toHaveLength(2)
})
