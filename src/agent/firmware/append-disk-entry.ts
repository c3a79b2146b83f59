import { access } from 'node:fs/promises'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import type { BootOrderReport } from '../../protocol/agent-door.ts'
import { runProgram } from '../run-program.ts'
import { type BootEntries, orderWithDisk, parseBootEntries } from './boot-entries.ts'

const VARIABLES = '/sys/firmware/efi/efivars'
const LABEL = 'Slipway'
/** The path that every firmware tries on a disk (UEFI 2.10 §3.5.1.1); images put their loader there. */
const LOADER = '\\EFI\\BOOT\\BOOTX64.EFI'
const ESP_TYPE = 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B'

const Table = z.object({ partitiontable: z.object({ partitions: z.array(z.object({ type: z.string() })) }) })

/**
 * Gives the disk its own boot entry and puts it behind the network entries, in place of those of earlier runs. Returns
 * the order that the firmware holds afterwards, or undefined on a BIOS. Throws program.failed, disk.no_rule_match.
 */
export async function appendDiskEntry(disk: string): Promise<BootOrderReport | undefined> {
  if (
    !(await access(VARIABLES).then(
      () => true,
      () => false,
    ))
  )
    return undefined
  const partition = await espPartition(disk)
  for (const { number } of (await read()).entries.filter(({ label }) => label === LABEL))
    await runProgram('efibootmgr', ['--quiet', '--bootnum', number, '--delete-bootnum'])
  const before = await read()
  const create = ['--quiet', '--create-only', '--disk', disk, '--part', String(partition)]
  await runProgram('efibootmgr', [...create, '--label', LABEL, '--loader', LOADER])
  const after = await read()
  const entry = after.entries.find(({ label }) => label === LABEL)?.number
  if (!entry)
    throw new AppError('program.failed', `expected efibootmgr to make an entry ${LABEL}, the firmware has none`)
  const order = orderWithDisk({ ...after, order: before.order }, entry)
  await runProgram('efibootmgr', ['--quiet', '--bootorder', order.join(',')])
  const held = await read()
  if (held.order.join() !== order.join())
    throw new AppError(
      'program.failed',
      `expected the boot order ${order.join()}, the firmware holds ${held.order.join()}`,
    )
  return { entry, order: held.order, labels: held.order.map((number) => labelOf(held, number)) }
}

const read = async (): Promise<BootEntries> => parseBootEntries(await runProgram('efibootmgr', ['--verbose']))

const labelOf = ({ entries }: BootEntries, number: string): string =>
  (entries.find((entry) => entry.number === number)?.label ?? '').slice(0, 80)

/** The number of the EFI system partition, counted as the kernel counts. */
async function espPartition(disk: string): Promise<number> {
  const table = Table.parse(JSON.parse(await runProgram('sfdisk', ['--json', disk])))
  const place = table.partitiontable.partitions.findIndex(({ type }) => type.toUpperCase() === ESP_TYPE)
  if (place >= 0) return place + 1
  throw new AppError('disk.no_rule_match', `expected an EFI system partition on ${disk}, got none`)
}
