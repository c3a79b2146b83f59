import { type AddressInfo, connect, createServer } from 'node:net'
import { ADDRESS } from './deploy-fixture.ts'

/** What the wire does to the answers of one connection, from the byte `at` on. */
export type WireFault = { does: 'flip' | 'flipAll' | 'cut' | 'reset' | 'nothing'; at: number }

/**
 * A wire between the machine and a door on `port`: each connection gets the next fault of `faults`, later ones none. A
 * flipped bit (`flipAll`: in every long piece), an orderly end too early, or a reset, `at` bytes into what the door
 * answers.
 */
export async function openFaultyWire(port: number, faults: WireFault[]) {
  let opened = 0
  const server = createServer((near) => {
    const fault = faults[opened++] ?? { does: 'nothing', at: 0 }
    const far = connect({ port, host: '127.0.0.1', localAddress: ADDRESS })
    let passed = 0
    far.on('data', (part) => {
      const place = fault.at - passed
      passed += part.length
      if (fault.does === 'flipAll') {
        if (part.length > fault.at) part[fault.at]! ^= 1
        return void near.write(part)
      }
      if (fault.does === 'nothing' || place < 0 || place >= part.length) return void near.write(part)
      if (fault.does === 'flip') {
        part[place]! ^= 1
        return void near.write(part)
      }
      far.destroy()
      near.write(part.subarray(0, place))
      if (fault.does === 'reset') near.resetAndDestroy()
      else near.end()
    })
    far.on('end', () => near.end())
    far.on('error', () => near.destroy())
    near.on('error', () => far.destroy())
    near.on('close', () => far.destroy())
    near.pipe(far)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => opened,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
