import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { BenchRow, BenchSection } from './bench-section.ts'
import { dhcpBench } from './dhcp-bench.ts'
import { httpBench } from './http-bench.ts'
import { openNamespaces } from './namespaces.ts'
import { printRatios, printTable } from './report.ts'
import { unpackRivals } from './rivals.ts'
import { stormBench } from './storm-bench.ts'
import { tftpBench } from './tftp-bench.ts'

/** Every section of the bench, in the order in which they run. */
const SECTIONS: BenchSection[] = [dhcpBench, tftpBench, httpBench, stormBench]

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true }, rounds: { type: 'string' } } })
const chosen = SECTIONS.filter(({ name }) => !values.only || values.only.includes(name))
if (chosen.length === 0) throw new Error(`expected --only ${SECTIONS.map(({ name }) => name).join(', ')}`)

const temporary = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
const namespaces = await openNamespaces()
try {
  const rivals = await unpackRivals()
  const rows: BenchRow[] = []
  const context = {
    ...{ rivals, namespaces, rounds: Number(values.rounds ?? 5) },
    say: (line: string) => console.error(line),
    folder: async (name: string) => {
      const path = join(temporary, name)
      await mkdir(path, { recursive: true })
      return path
    },
  }
  for (const section of chosen) {
    rows.push(...(await section.run(context)))
    await namespaces.stopAll()
  }
  console.log(printTable(rows))
  console.log(printRatios(rows))
} finally {
  await namespaces.close()
  await rm(temporary, { recursive: true, force: true })
}
