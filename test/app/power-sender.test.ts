import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Network, openNetwork } from '../servers/network.ts'

const HOST = fileURLToPath(new URL('./power-sender-host.ts', import.meta.url))
const CATCHER = fileURLToPath(new URL('./frame-catcher.ts', import.meta.url))

let network: Network
beforeAll(async () => {
  network = await openNetwork('10.77.0.1')
})
afterAll(() => network?.close())

it('W-01: wakes by UDP 9 to the directed broadcast of the segment and by a frame of EtherType 0x0842', async () => {
  const target = {
    ...{ mac: '52:54:00:12:34:56', password: '010203040506' },
    places: [{ interface: 'seg0', broadcast: '10.77.0.255' }],
  }
  const catcher = execa('ip', ['netns', 'exec', network.client, process.execPath, '--no-warnings', CATCHER], {
    reject: false,
  })
  try {
    const frames: string[] = []
    const magic = `${'ff'.repeat(6)}${'525400123456'.repeat(16)}010203040506`
    const caught = new Promise<string[]>((resolve, reject) => {
      catcher.stdout.on('data', (part: Buffer) => {
        for (const line of String(part).split('\n')) {
          if (line === 'listens') void wake().catch(reject)
          if (line.includes(magic)) frames.push(line)
        }
        if (frames.length === 2) resolve(frames)
      })
    })
    const wake = async () => {
      const host = [process.execPath, '--no-warnings', HOST, JSON.stringify(target)]
      const { exitCode, stderr } = await network.run(network.server, host)
      if (exitCode !== 0) throw new Error(stderr)
    }
    const [ethernet, udp] = (await caught).sort((a, b) => a.length - b.length)
    expect(ethernet).toMatch(new RegExp(`^ffffffffffff[0-9a-f]{12}0842${magic}$`))
    // Destination MAC and EtherType of IPv4; then from 10.77.0.1 to 10.77.0.255, UDP to port 9.
    expect(udp).toMatch(new RegExp(`^ffffffffffff[0-9a-f]{12}080045.{22}0a4d00010a4d00ff[0-9a-f]{4}0009.{8}${magic}$`))
  } finally {
    catcher.kill()
    await catcher
  }
})
