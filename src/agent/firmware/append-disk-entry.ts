import { access } from 'node:fs/promises'
import { AppError } from '../../core/errors.ts'
import type { BootOrderReport } from '../../protocol/agent-door.ts'
import { runProgram } from '../run-program.ts'
import { type BootEntries, type BootEntry, orderWithDisk, parseBootEntries } from './boot-entries.ts'
import { espPartition } from './esp-partition.ts'

const VARIABLES = '/sys/firmware/efi/efivars'
const LABEL = 'Slipway'
/** The path that every firmware tries on a disk (UEFI 2.10 §3.5.1.1); images put their loader there. */
const LOADER = '\\EFI\\BOOT\\BOOTX64.EFI'

/**
 * Gives the disk its own boot entry and puts it behind the network entries; those of earlier runs go when the new one
 * stands. Returns the order that the firmware holds afterwards, or undefined on a BIOS. Throws program.failed,
 * image.malformed.
 */
export async function appendDiskEntry(disk: string): Promise<BootOrderReport | undefined> {
  if (!(await hasVariables())) return undefined
  const partition = espPartition(await runProgram('sfdisk', ['--json', disk]), disk)
  const before = await read()
  const create = ['--quiet', '--create-only', '--disk', disk, '--part', String(partition)]
  await runProgram('efibootmgr', [...create, '--label', LABEL, '--loader', LOADER])
  const after = await read()
  const entry = ours(after).find(({ number }) => !ours(before).some((old) => old.number === number))?.number
  if (!entry)
    throw new AppError('program.failed', `expected efibootmgr to make an entry ${LABEL}, the firmware has none`)
  const old = new Set(ours(before).map(({ number }) => number))
  const order = orderWithDisk({ ...after, order: before.order.filter((number) => !old.has(number)) }, entry)
  await runProgram('efibootmgr', ['--quiet', '--bootorder', order.join(',')])
  for (const number of old) await runProgram('efibootmgr', ['--quiet', '--bootnum', number, '--delete-bootnum'])
  const held = await read()
  if (held.order.join() === order.join())
    return { entry, order: held.order, labels: held.order.map((number) => labelOf(held, number)) }
  const [expected, got] = [order.join(), held.order.join()]
  throw new AppError('program.failed', `expected the boot order ${expected}, the firmware holds ${got}`)
}

const hasVariables = (): Promise<boolean> =>
  access(VARIABLES).then(
    () => true,
    () => false,
  )

const read = async (): Promise<BootEntries> => parseBootEntries(await runProgram('efibootmgr', ['--verbose']))

const ours = ({ entries }: BootEntries): BootEntry[] => entries.filter(({ label }) => label === LABEL)

const labelOf = ({ entries }: BootEntries, number: string): string =>
  (entries.find((entry) => entry.number === number)?.label ?? '').slice(0, 80)
