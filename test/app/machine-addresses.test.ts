import { expect, it } from 'vitest'
import { createMachineAddresses } from '../../src/app/machine-addresses.ts'
import type { DhcpMode } from '../../src/domain/segment.ts'
import { segment } from '../servers/dhcp/sample.ts'

const [MAC, ADDRESS] = ['52:54:00:77:01:01', '10.77.0.105']

const addresses = (mode: DhcpMode, tied: string | undefined, leased?: string) =>
  createMachineAddresses({
    segmentNames: async () => [segment.name],
    leases: {
      findByMac: (_segment, mac) =>
        leased === undefined || mac !== MAC
          ? undefined
          : {
              ...{ segment: segment.name, address: leased, clientKey: 'x', mac, uuid: undefined, hostName: undefined },
              ...{ state: 'bound', expiresAt: 1, updatedAt: 0 },
            },
    },
    served: { list: () => [{ ...segment, mode }] },
    peers: { macOf: (device, address) => (device === segment.interface && address === ADDRESS ? tied : undefined) },
  })

it.each<[string, DhcpMode, string | undefined, string | undefined, string[]]>([
  ['its lease from us', 'authoritative', MAC, '10.77.0.100', ['10.77.0.100']],
  ['where another server leases, the address that is tied to its card', 'proxy', MAC, undefined, [ADDRESS]],
  ['not an address that is tied to another card', 'proxy', '52:54:00:77:01:02', undefined, []],
  ['not an address that nothing ties', 'proxy', undefined, undefined, []],
  ['not an address that it took by itself where we lease', 'authoritative', MAC, undefined, []],
  ['the same address once', 'proxy', MAC, ADDRESS, [ADDRESS]],
])('counts as a machine’s: %s', async (_what, mode, tied, leased, expected) => {
  expect(await addresses(mode, tied, leased)([MAC], ADDRESS)).toEqual(expected)
})
