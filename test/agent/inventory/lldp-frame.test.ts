import { describe, expect, it, test } from 'vitest'
import { parseLldpFrame } from '../../../src/agent/inventory/lldp-frame.ts'
import { Neighbour } from '../../../src/domain/inventory.ts'
import { mutate, seeded } from '../../seeded.ts'
import { LLDP_FRAMES } from './lldp-sample.ts'

const parse = (hex: string) => parseLldpFrame(Buffer.from(hex, 'hex'))
/** A frame with a chassis and a port id, each given in hex with its subtype. */
const withIds = (chassis: string, port: string): string => {
  const tlv = (type: number, value: string) => ((type << 9) | (value.length / 2)).toString(16).padStart(4, '0') + value
  return `0180c200000e02005eaa000188cc${tlv(1, chassis)}${tlv(2, port)}${tlv(3, '0078')}0000`
}

describe('a frame of lldpd', () => {
  it('tells chassis and port by their MAC, the system and the port’s description', () =>
    expect(parse(LLDP_FRAMES.plain)).toEqual({
      neighbour: {
        ...{ chassis: '02:00:5e:aa:00:01', port: '02:00:5e:aa:00:01' },
        ...{ systemName: 'sw-lab-7.example', portDescription: 'vb' },
      },
      seconds: 120,
    }))

  it('tells names that were given by hand', () =>
    expect(parse(LLDP_FRAMES.named)?.neighbour).toEqual({
      ...{ chassis: 'rack-7', port: 'vb', systemName: 'sw-lab-7.example', portDescription: 'to machine 12' },
    }))

  it('says that its sender goes', () =>
    expect(parse(LLDP_FRAMES.goes)).toEqual({
      neighbour: { chassis: '02:00:5e:aa:00:01', port: '02:00:5e:aa:00:01' },
      seconds: 0,
    }))
})

test.each<[string, string, string, string, string]>([
  ['an IPv4 address', '0501c0000207', '0401c0000208', '192.0.2.7', '192.0.2.8'],
  [
    ...(['an IPv6 address', '050220010db8000000000000000000000007', '0566616b65'] as const),
    ...(['2001:0db8:0000:0000:0000:0000:0000:0007', 'fake'] as const),
  ],
  ['an address of an unknown family', '0509aabb', '0409ccdd', '09aabb', '09ccdd'],
  ['a MAC that is too short', '04616263', '03616263', 'abc', 'abc'],
])('an id that is %s is told so', (_what, chassis, port, ...expected) => {
  const { neighbour } = parse(withIds(chassis, port))!
  expect([neighbour.chassis, neighbour.port]).toEqual(expected)
})

test.each<[string, string]>([
  ['another EtherType', LLDP_FRAMES.plain.replace('88cc', '0800')],
  ['no chassis', '0180c200000e02005eaa000188cc040305766206020078'],
  ['no port', '0180c200000e02005eaa000188cc0207077261636b2d3706020078'],
  ['no time to live', '0180c200000e02005eaa000188cc0207077261636b2d3704030576620000'],
  ['an empty chassis id', withIds('04', '0576')],
])('a frame with %s tells of no neighbour', (_what, hex) => expect(parse(hex)).toBeUndefined())

describe('a frame that is not as it should be', () => {
  const whole = Buffer.from(LLDP_FRAMES.named, 'hex')
  const isBounded = (found: ReturnType<typeof parseLldpFrame>) =>
    expect(found === undefined || Neighbour.safeParse(found.neighbour).success).toBe(true)

  it('tells what is whole in it, wherever it is cut', () => {
    for (let length = 0; length <= whole.length; length += 1) isBounded(parseLldpFrame(whole.subarray(0, length)))
    expect(parseLldpFrame(whole.subarray(0, 37))?.neighbour).toEqual({ chassis: 'rack-7', port: 'vb' })
  })

  it('is bounded, whatever 2,000 changes make of it', () => {
    const random = seeded(88)
    for (let round = 0; round < 2000; round += 1) isBounded(parseLldpFrame(mutate(random, whole)))
  })

  it('has texts of at most 256 letters', () => {
    const { neighbour } = parse(withIds(`07${'41'.repeat(500)}`, `05${'42'.repeat(500)}`))!
    expect([neighbour.chassis.length, neighbour.port.length]).toEqual([256, 256])
  })
})
