import { describe, expect, it } from 'vitest'
import { judgeIdentity, type KnownIdentity, tellIdentity } from '../../src/domain/machine-identity.ts'

const A = '52:54:00:00:00:0a'
const B = '52:54:00:00:00:0b'
const [ONE, TWO] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222']
const nic = (mac: string) => ({ name: 'eth0', mac, up: true })
const machine: KnownIdentity = { name: 'm', uuid: ONE, serial: 'S1', macs: [A] }
const found = (more: object = {}) => ({ uuid: ONE, serial: 'S1', nics: [nic(A)], ...more })
const said = (...args: Parameters<typeof judgeIdentity>) => {
  const { claims, stops } = judgeIdentity(...args)
  return [stops, ...claims.map(({ machine: of, claims: what, other }) => `${of} ${what} ${other}`)]
}

describe('an inventory of a registered machine', () => {
  it('is believed where nothing contradicts it, whatever the case of a serial number', () =>
    expect(said(machine, found({ serial: 's1 ' }), [machine])).toEqual([undefined]))

  it('is believed where only one side knows a UUID or serial, or firmware tells a place holder', () => {
    expect(said({ name: 'm', macs: [A] }, found(), [])).toEqual([undefined])
    expect(said(machine, found({ uuid: undefined, serial: 'To be filled by O.E.M.' }), [])).toEqual([undefined])
    const none = '00000000-0000-0000-0000-000000000000'
    expect(said(machine, found({ uuid: none }), [{ name: 'x', uuid: none, macs: [B] }])).toEqual([undefined])
  })

  it.each([
    [
      'another UUID: a replaced board',
      { uuid: TWO },
      `expected UUID ${ONE} for m, the agent found ${TWO}`,
      `m mac ${TWO}`,
    ],
    ['another serial', { serial: 'S2' }, 'expected serial number S1 for m, the agent found S2', 'm mac S2'],
  ])('stops the run at %s', (_what, more, stops, claim) =>
    expect(said(machine, found(more), [])).toEqual([stops, claim]),
  )

  it('tells a card that moved from another machine, and goes on where the UUID proves it', () => {
    const other = { name: 'x', macs: [B] }
    const both = found({ nics: [nic(A), nic(B)] })
    expect(said(machine, both, [machine, other])).toEqual([undefined, `x mac ${ONE}`])
    expect(said({ name: 'm', macs: [A] }, both, [other])).toEqual([`the card ${B} of x is in m`, `x mac ${ONE}`])
  })
})

it('takes a UUID that two boards share for no proof: a card that moved between them stops the run', () => {
  const [one, two] = [
    { name: 'm1', uuid: ONE, sharesUuid: true, macs: [A] },
    { name: 'm2', uuid: ONE, sharesUuid: true, macs: [B] },
  ]
  const both = { uuid: ONE, nics: [nic(A), nic(B)] }
  expect(said(two, both, [one, two])[0]).toBe(`the card ${A} of m1 is in m2`)
})

it('tells a serial number that belongs to a board with the same UUID', () => {
  const other = { name: 'x', uuid: ONE, sharesUuid: true, serial: 'S1', macs: [B] }
  expect(said({ ...machine, serial: undefined, sharesUuid: true }, found(), [other])[0]).toBe(
    `m (${A}) has the serial number S1 of x`,
  )
})

describe('an inventory that belongs to another machine', () => {
  it('stops at its UUID, unless both are said to share it', () => {
    const twin = { name: 'x', uuid: ONE, macs: [B] }
    expect(said({ name: 'new', macs: [A] }, found(), [twin])).toEqual([`new (${A}) has the UUID of x`, `x uuid ${A}`])
    expect(said({ name: 'new', macs: [A] }, found(), [{ ...twin, sharesUuid: true }])).toEqual([undefined])
  })

  it('stops at its serial number where no UUID tells them apart', () => {
    const namesake = { name: 'x', serial: 's1', macs: [B] }
    expect(said({ name: 'new', macs: [A] }, found({ uuid: undefined }), [namesake])[1]).toBe(`x serial ${A}`)
    expect(said(machine, found(), [{ ...namesake, uuid: TWO }])).toEqual([undefined])
  })
})

it('takes no MAC that is none, nobody’s, a group’s, carried about by USB, or told twice', () => {
  const others = ['<script>', '', '00:00:00:00:00:00', '01:80:c2:00:00:0e', 'AA:BB:cc:00:11:22'].map(nic)
  const usb = { ...nic('02:00:00:00:00:01'), driver: 'cdc_ether' }
  expect(tellIdentity({ nics: [nic('AA:bb:cc:00:11:22'), ...others, usb] }).macs).toEqual(['aa:bb:cc:00:11:22'])
})
