import { expect, it, test } from 'vitest'
import { NetworkLayout } from '../../../src/domain/network/network-layout.ts'

const card = (name: string, position: number, more: object = {}) => ({
  name,
  pick: { by: 'position', position },
  ...more,
})
const BONDED = {
  cards: [card('left', 1), card('right', 2), card('bmc', 3, { addressing: { by: 'dhcp' } })],
  bonds: [{ name: 'bond0', mode: '802.3ad', members: ['left', 'right'], mtu: 9000 }],
  vlans: [
    {
      ...{ name: 'front', id: 120, over: 'bond0' },
      addressing: { by: 'static', address: '10.20.0.5', prefix: 24, gateway: '10.20.0.1', dns: ['10.20.0.53'] },
    },
  ],
}
const still = (address: string, more: object = {}) => ({ addressing: { by: 'static', address, prefix: 24, ...more } })

const problems = (layout: unknown): string[] =>
  (NetworkLayout.safeParse(layout).error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)

it('takes a VLAN with a fixed address over a bond, and a MAC in any spelling', () => {
  expect(problems(BONDED)).toEqual([])
  const one = { cards: [{ name: 'lan', pick: { by: 'mac', mac: '52-54-00-AA-00-01' }, addressing: { by: 'dhcp' } }] }
  expect(NetworkLayout.parse(one).cards[0]!.pick).toEqual({ by: 'mac', mac: '52:54:00:aa:00:01' })
})

const dhcp = { addressing: { by: 'dhcp' } }
test.each<[string, unknown, string]>([
  ['two links of one name', { cards: [card('a', 1, dhcp), card('a', 2)] }, 'cards.1.name: '],
  ['one card twice', { cards: [card('a', 1, dhcp), card('b', 1)] }, 'cards.1.pick: '],
  [
    'a bond of who is not there',
    { ...BONDED, bonds: [{ ...BONDED.bonds[0], members: ['left', 'nobody'] }] },
    'bonds.0.members.1: ',
  ],
  [
    'a card in two bonds',
    { ...BONDED, bonds: [...BONDED.bonds, { name: 'b2', mode: 'balance-rr', members: ['bmc', 'left'] }] },
    'bonds.1.members.1: expected a card in one bond',
  ],
  ['an address on a member', { ...BONDED, cards: [card('left', 1, dhcp), card('right', 2)] }, 'cards.0.addressing: '],
  ['a VLAN over a member', { ...BONDED, vlans: [{ ...BONDED.vlans[0], over: 'left' }] }, 'vlans.0.over: '],
  ['a VLAN twice', { ...BONDED, vlans: [BONDED.vlans[0], { name: 'b', id: 120, over: 'bond0' }] }, 'vlans.1.id: '],
  ['a VLAN of 4095', { ...BONDED, vlans: [{ ...BONDED.vlans[0], id: 4095 }] }, 'vlans.0.id: '],
  ['a VLAN taller than what is below', { ...BONDED, vlans: [{ ...BONDED.vlans[0], mtu: 9216 }] }, 'vlans.0.mtu: '],
  ['the address of the network', { cards: [card('a', 1, still('10.0.0.0'))] }, 'cards.0.addressing.address: '],
  [
    'a gateway elsewhere',
    { cards: [card('a', 1, still('10.0.0.5', { gateway: '10.0.1.1' }))] },
    'cards.0.addressing.gateway: ',
  ],
  [
    'itself as gateway',
    { cards: [card('a', 1, still('10.0.0.5', { gateway: '10.0.0.5' }))] },
    'cards.0.addressing.gateway: ',
  ],
  [
    'two gateways',
    {
      cards: [
        card('a', 1, still('10.0.0.5', { gateway: '10.0.0.1' })),
        card('b', 2, { addressing: { by: 'static', address: '10.1.0.5', prefix: 24, gateway: '10.1.0.1' } }),
      ],
    },
    'cards.1.addressing.gateway: expected one gateway',
  ],
  [
    'one address twice',
    { cards: [card('a', 1, still('10.0.0.5')), card('b', 2, still('10.0.0.5'))] },
    'cards.1.addressing.address: ',
  ],
  ['no address at all', { cards: [card('a', 1)] }, 'cards: expected a link with an address'],
  [
    'no address but four numbers',
    { cards: [card('a', 1, still('10.0.0.500'))] },
    'cards.0.addressing.address: expected an IPv4',
  ],
])('refuses %s and names the field', (_what, layout, expected) => {
  expect(problems(layout).filter((problem) => problem.startsWith(expected))).toHaveLength(1)
})
