import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listenForNeighbours, ramdiskEars } from '../../../src/agent/inventory/neighbours.ts'
import type { Sysfs } from '../../../src/agent/inventory/sysfs.ts'
import { type Network, openNetwork } from '../../servers/network.ts'
import { LLDP_FRAMES } from './lldp-sample.ts'

const MAC = '52:54:00:00:00:01'
/** A machine with eth0, which has no link yet, and the loopback. */
const sysfs: Sysfs = {
  text: async (path) => ({ 'sys/class/net/eth0/address': MAC, 'sys/class/net/lo/address': '00:00:00:00:00:00' })[path],
  names: async (path) => ({ 'sys/class/net': ['eth0', 'lo'], 'sys/class/net/eth0/device': ['driver'] })[path] ?? [],
  ...{ number: async () => undefined, linkTarget: async () => undefined },
  ...{ lineValue: async () => undefined, bytes: async () => undefined },
}

function bench() {
  const lines = new PassThrough()
  const told: unknown[] = []
  const log: string[] = []
  const time = { now: 0 }
  const state = { woken: [] as string[], cards: [] as string[], stopped: false }
  const neighbours = listenForNeighbours(sysfs, {
    clock: { now: () => time.now },
    wake: async (card) => void state.woken.push(card),
    listen: (cards) => {
      state.cards = cards
      return { lines, stop: () => (state.stopped = true) }
    },
    log: (line) => log.push(line),
  })
  neighbours.onHeard((mac, { chassis, port }) => told.push([mac, chassis, port]))
  const say = async (text: string): Promise<void> => {
    for (let turns = 0; turns < 5; turns += 1) await setImmediate()
    lines.write(text)
    await setImmediate()
  }
  return { neighbours, say, told, log, state, time }
}

describe('the neighbours of a machine', () => {
  it('are told by the card that heard them, once for what is new', async () => {
    const { neighbours, say, told, state } = bench()
    await say(`eth0 ${LLDP_FRAMES.plain}\neth0 ${LLDP_FRAMES.plain}\neth9 ${LLDP_FRAMES.plain}\n`)
    expect(told).toEqual([[MAC, '02:00:5e:aa:00:01', '02:00:5e:aa:00:01']])
    expect([...neighbours.heard().keys()]).toEqual([MAC])
    expect(state).toEqual({ woken: ['eth0'], cards: ['eth0'], stopped: false })
  })

  it('are told to who asks later, too', async () => {
    const { neighbours, say } = bench()
    await say(`eth0 ${LLDP_FRAMES.named}\n`)
    const late: string[] = []
    neighbours.onHeard((_mac, { chassis }) => late.push(chassis))
    expect(late).toEqual(['rack-7'])
  })

  it('stay while another on the same cable speaks, until they go', async () => {
    const { neighbours, say, told } = bench()
    await say(`eth0 ${LLDP_FRAMES.plain}\neth0 ${LLDP_FRAMES.named}\n`)
    expect(told).toHaveLength(1)
    await say(`eth0 ${LLDP_FRAMES.goes}\n`)
    expect(neighbours.heard().size).toBe(0)
    await say(`eth0 ${LLDP_FRAMES.named}\n`)
    expect(neighbours.heard().get(MAC)?.chassis).toBe('rack-7')
  })

  it('are news again when they come back', async () => {
    const { say, told } = bench()
    await say(`eth0 ${LLDP_FRAMES.plain}\neth0 ${LLDP_FRAMES.goes}\neth0 ${LLDP_FRAMES.plain}\n`)
    expect(told).toHaveLength(2)
  })

  it('are not believed longer than they said', async () => {
    const { neighbours, say, time } = bench()
    await say(`eth0 ${LLDP_FRAMES.plain}\n`)
    time.now = 119_999
    expect(neighbours.heard().size).toBe(1)
    time.now = 120_000
    expect(neighbours.heard().size).toBe(0)
    await say(`eth0 ${LLDP_FRAMES.named}\n`)
    expect(neighbours.heard().get(MAC)?.chassis).toBe('rack-7')
  })

  it('are heard through what is no frame, lines without an end and lines in parts', async () => {
    const { say, told } = bench()
    await say('nothing\n\neth0\neth0 zz\neth0 00\n')
    for (let part = 0; part < 50; part += 1) await say('f'.repeat(1000))
    await say(`\neth0 ${LLDP_FRAMES.plain.slice(0, 50)}`)
    await say(`${LLDP_FRAMES.plain.slice(50)}\n`)
    expect(told).toHaveLength(1)
  })

  it('are not told after the end', async () => {
    const { neighbours, say, told, state } = bench()
    await say('')
    neighbours.stop()
    await say(`eth0 ${LLDP_FRAMES.plain}\n`)
    expect([told, state.stopped]).toEqual([[], true])
  })

  it('are none, and that is told, where nothing can listen', async () => {
    const log: string[] = []
    const broken = { clock: { now: () => 0 }, wake: async () => {}, log: (line: string) => log.push(line) }
    const neighbours = listenForNeighbours(sysfs, {
      ...broken,
      listen: () => {
        throw new Error('no program')
      },
    })
    for (let turns = 0; turns < 5; turns += 1) await setImmediate()
    expect([neighbours.heard().size, log]).toEqual([0, ['neighbours are not heard: no program']])
  })
})

describe('the ramdisk’s program', () => {
  /** Sends the frame given in hex out of eth0. */
  const SEND = `
    local ffi = require 'ffi'
    ffi.cdef [[ int socket(int, int, int); unsigned if_nametoindex(const char *);
      long sendto(int, const void *, unsigned long, int, const void *, unsigned); ]]
    local frame = arg[1]:gsub('..', function(two) return string.char(tonumber(two, 16)) end)
    local to = ffi.new('uint16_t[10]', 17, 0xcc88)
    to[2] = ffi.C.if_nametoindex('eth0')
    os.exit(ffi.C.sendto(ffi.C.socket(17, 3, 0), frame, #frame, 0, to, 20) == #frame and 0 or 1)`
  const SCRIPT = new URL('../../../src/ramdisk/hear-lldp.lua', import.meta.url).pathname
  let network: Network
  beforeAll(async () => {
    network = await openNetwork('10.79.0.1')
  })
  afterAll(() => network?.close())

  it('hears a frame on a cable, and nothing else', async () => {
    const ear = execa('ip', ['netns', 'exec', network.server, 'luajit', SCRIPT, 'lo', 'seg0', 'nosuch'], {
      reject: false,
    })
    try {
      const heard = new Promise<string>((resolve) => ear.stdout.once('data', (part: Buffer) => resolve(String(part))))
      const send = async (hex: string) => {
        const sent = await execa('ip', ['netns', 'exec', network.client, 'luajit', '-', hex], { input: SEND })
        expect(sent.exitCode).toBe(0)
      }
      let isHeard = false
      void heard.then(() => (isHeard = true))
      // The program needs its time to start, and a switch speaks again, too.
      while (!isHeard) {
        await send(LLDP_FRAMES.plain.replace('88cc', '88cd'))
        await send(LLDP_FRAMES.plain)
      }
      expect(await heard).toBe(`seg0 ${LLDP_FRAMES.plain}\n`)
    } finally {
      ear.kill()
    }
  })

  it('that is not there leaves the machine without neighbours', async () => {
    const path = process.env.PATH
    process.env.PATH = '/nowhere'
    try {
      const told = new Promise<string>((resolve) => ramdiskEars(resolve).listen(['eth0']))
      expect(await told).toMatch(/neighbours are not heard: .*ENOENT/)
    } finally {
      process.env.PATH = path
    }
  })
})
