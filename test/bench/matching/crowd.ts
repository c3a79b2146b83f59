import type { Inventory } from '../../../src/domain/inventory.ts'
import type { Matchable } from '../../../src/domain/matching/match-profiles.ts'
import { MatchRules } from '../../../src/domain/matching/match-rule.ts'
import { seeded } from '../../seeded.ts'

const MAKES = ['Dell Inc.', 'HPE', 'Lenovo', 'Supermicro', 'Cisco Systems Inc', 'FUJITSU', 'Quanta', 'Inspur']
const GIB = 2 ** 30

const modelOf = (make: number, model: number): string => `${MAKES[make]} Rack Server Generation ${model}`

/** So many machines of eight makes with 25 models each, always the same. */
export function manyMachines(count: number): Inventory[] {
  const random = seeded(6)
  return Array.from({ length: count }, (_none, at): Inventory => {
    const [make, disks, nics] = [random.below(MAKES.length), 1 + random.below(12), 1 + random.below(6)]
    return {
      ...{ vendor: MAKES[make]!, product: modelOf(make, random.below(25)), serial: `SN-${at}`, firmware: 'uefi' },
      ...{
        secureBoot: random.below(2) === 0,
        bios: `2.${random.below(20)}`,
        memoryBytes: (1 + random.below(64)) * 16 * GIB,
      },
      cpu: { model: `Xeon Gold 63${random.below(40)}`, threads: 16 * (1 + random.below(8)) },
      disks: Array.from({ length: disks }, (_disk, index) => ({
        ...{
          name: `sd${String.fromCharCode(97 + index)}`,
          bytes: (1 + random.below(8)) * 480e9,
          model: 'SSDSC2KB480G8',
        },
        ...{ rotational: false, removable: false, readOnly: false },
      })),
      nics: Array.from({ length: nics }, (_nic, index) => ({
        ...{
          name: `eno${index}`,
          mac: `52:54:00:${hex(at >> 8)}:${hex(at)}:${hex(index)}`,
          driver: 'bnxt_en',
          up: true,
        },
      })),
    }
  })
}

/** So many profiles, one a model: make, wildcards in the model, least memory, a driver. */
export const manyProfiles = (count: number): Matchable[] =>
  Array.from({ length: count }, (_none, at) => {
    const [make, model] = [at % MAKES.length, Math.floor(at / MAKES.length) % 25]
    const rules = [
      { field: 'product', is: 'like', value: `*rack server generation ${model}` },
      { field: 'vendor', is: 'equal', value: MAKES[make] },
      { field: 'memoryBytes', is: 'atLeast', value: 32 * GIB },
      { field: 'nicDriver', is: 'oneOf', value: ['bnxt_en', 'ixgbe', 'mlx5_core'] },
    ]
    return { name: `profile-${at}`, match: MatchRules.parse({ rules, priority: at % 7 }) }
  })

const hex = (number: number): string => (number & 255).toString(16).padStart(2, '0')
