import { expect, test } from 'vitest'
import { classlessRoutes } from '../../../src/wire/dhcp4/classless-routes.ts'

const hex = (digits: string): Buffer => Buffer.from(digits, 'hex')

test.each([
  ['0.0.0.0/0', '00' + '0a4d00fe'],
  ['10.0.0.0/8', '080a' + '0a4d00fe'],
  ['10.17.0.0/16', '100a11' + '0a4d00fe'],
  ['10.27.129.0/24', '180a1b81' + '0a4d00fe'],
  ['10.229.0.128/25', '190ae50080' + '0a4d00fe'],
  ['10.198.122.47/32', '200ac67a2f' + '0a4d00fe'],
])('L-04: the route to %s holds its significant octets only', (to, wire) => {
  const routes = [{ to, via: '10.77.0.254' }]
  expect(Buffer.from(classlessRoutes.encode(routes)).toString('hex')).toBe(wire)
  expect(classlessRoutes.decode(hex(wire))).toEqual(routes)
})

test.each([
  ['a prefix of 33', '210a0000000a4d00fe'],
  ['a router that is cut short', '080a0a4d00'],
])('refuses %s', (_, wire) =>
  expect(() => classlessRoutes.decode(hex(wire))).toThrow(expect.objectContaining({ code: 'dhcp.malformed' })),
)
