import { z } from 'zod'
import type { BuildStep } from './build-step.ts'
import type { DiskLayout, Partition } from './disk-layout.ts'

const table = z.object({
  partitiontable: z.object({
    label: z.literal('gpt'),
    sectorsize: z.literal(512).optional(),
    partitions: z.array(z.object({ node: z.string(), start: z.int(), size: z.int() })),
  }),
})

/** Writes a GPT into a disk file and reads it back, because sgdisk may end with 0 and have written an empty table. */
export async function writePartitionTable(
  step: BuildStep,
  disk: string,
  layout: DiskLayout,
  uuidOf: (purpose: string) => string,
): Promise<void> {
  const wanted = [layout.biosGrub, layout.esp, layout.root]
  const args = wanted.flatMap((part) => [
    `--new=${part.number}:${part.start}:${part.start + part.sectors - 1}`,
    `--typecode=${part.number}:${part.type}`,
    `--change-name=${part.number}:${part.name}`,
    `--partition-guid=${part.number}:${uuidOf(part.name)}`,
  ])
  await step.run('sgdisk', ['--clear', '--set-alignment=1', ...args, `--disk-guid=${uuidOf('disk')}`, disk])
  const got = await readPartitions(step, disk)
  const show = (parts: Pick<Partition, 'number' | 'start' | 'sectors'>[]): string =>
    parts.map((part) => `${part.number}@${part.start}+${part.sectors}`).join(' ')
  if (show(got) !== show(wanted)) throw step.fail(`expected partitions ${show(wanted)}, got ${show(got) || 'none'}`)
}

/** The partitions of a GPT disk file; `node` of sfdisk ends with the number. */
export async function readPartitions(
  step: BuildStep,
  disk: string,
): Promise<Pick<Partition, 'number' | 'start' | 'sectors'>[]> {
  const parsed = table.safeParse(JSON.parse(await step.run('sfdisk', ['--json', disk])))
  if (!parsed.success) throw step.fail(`expected a GPT with 512-byte sectors, got ${parsed.error.issues[0]!.message}`)
  return parsed.data.partitiontable.partitions.map((part) => ({
    number: Number(/\d+$/.exec(part.node)![0]),
    start: part.start,
    sectors: part.size,
  }))
}
