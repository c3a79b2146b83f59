import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { printRatios } from '../network/report.ts'
import { unpackRivals } from '../network/rivals.ts'
import { type BenchDisk, makeDisk } from './bench-disk.ts'
import type { BenchRow, BenchSection } from './bench-section.ts'
import { deployBench } from './deploy-bench.ts'
import { importBench } from './import-bench.ts'
import { peersBench } from './peers-bench.ts'
import { printTable } from './report.ts'
import { versionsBench } from './versions-bench.ts'

/** Every section of the bench, in the order in which they run. */
const SECTIONS: BenchSection[] = [importBench, versionsBench, deployBench, peersBench]
/** Unpacked, never installed. */
const RIVALS = ['nginx', 'nginx-light', 'nginx-common', 'libcrypt1', 'libpcre2-8-0', 'udpcast']
const MIB = 1 << 20

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, rounds: { type: 'string' }, mib: { type: 'string' } },
})
/** `--mib` of real data make a smaller disk, for a quick look. */
const dataBytes = Number(values.mib ?? 1536) * MIB
const chosen = SECTIONS.filter(({ name }) => !values.only || values.only.includes(name))
if (chosen.length === 0) throw new Error(`expected --only ${SECTIONS.map(({ name }) => name).join(', ')}`)

const temporary = await mkdtemp(join(tmpdir(), 'slipway-bench-'))
try {
  const folder = async (name: string): Promise<string> => {
    const path = join(temporary, name)
    await mkdir(path, { recursive: true })
    return path
  }
  const disks = new Map<string, Promise<BenchDisk>>()
  const diskOf = (name: string, bytes: number): Promise<BenchDisk> => {
    const order = { bytes: Math.ceil((bytes * 8) / 3 / MIB) * MIB, dataBytes: bytes }
    const disk = disks.get(name) ?? folder(name).then((path) => makeDisk(path, order))
    disks.set(name, disk)
    return disk
  }
  const context = {
    ...{ folder, rounds: Number(values.rounds ?? 3), rivals: await unpackRivals(RIVALS) },
    largeDisk: () => diskOf('large', dataBytes),
    smallDisk: () => diskOf('small', dataBytes / 3),
    say: (line: string) => console.error(line),
  }
  const rows: BenchRow[] = []
  for (const section of chosen) rows.push(...(await section.run(context)))
  console.log(printTable(rows))
  console.log(printRatios(rows))
} finally {
  await rm(temporary, { recursive: true, force: true })
}
