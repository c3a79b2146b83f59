import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { BenchSection } from './bench-section.ts'
import { rowOf, timed } from './rounds.ts'

const PROGRAM = new URL('../../../src/main.ts', import.meta.url).pathname

/**
 * `slipway image import` of a raw disk into an empty library, durable and signed when it ends, against `zstd -T2 -3` and
 * then `sha256sum` of the same file. The file is in the page cache for both.
 */
export const importBench: BenchSection = {
  name: 'import',
  run: async ({ rounds, folder, largeDisk, say }) => {
    const { first } = await largeDisk()
    const place = await folder('import')
    await execa('cat', [first], { stdout: 'ignore' })
    const [ours, rival]: number[][] = [[], []]
    for (let round = 0; round < rounds; round++) {
      const packed = join(place, 'disk.zst')
      await execa('sync')
      const zstd = await timed(() => execa('zstd', ['-q', '-f', '-T2', '-3', first, '-o', packed]))
      const sum = await timed(() => execa('sha256sum', [first]))
      await rm(packed)
      const data = join(place, `data-${round}`)
      const env = { SLIPWAY_DATA_FOLDER: data, SLIPWAY_LOG_LEVEL: 'error' }
      const order = ['image', 'import', first, '--format', 'raw', '--name', 'bench', '--version', '1']
      await execa('sync')
      const took = await timed(() =>
        execa(process.execPath, ['--no-warnings', PROGRAM, ...order, '--config', '/dev/null'], { env }),
      )
      await rm(data, { recursive: true })
      say(`import: ${took.toFixed(1)} s; zstd ${zstd.toFixed(1)} s, sha256sum ${sum.toFixed(1)} s`)
      ours!.push(took)
      rival!.push(zstd + sum)
    }
    const facts = { unit: 's', rivalName: 'zstd -T2 -3, then sha256sum', wanted: 1 }
    return [rowOf('import_vs_zstd_sha256', facts, ours!, rival!)]
  },
}
