import * as z from 'zod'
import { AppError } from '../core/errors.ts'
import type { Disk } from './inventory.ts'

/** Which disk a profile installs to. Sizes in bytes. Every rule must pick exactly one disk or the run stops. */
export const InstallDiskRule = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('serial'), serial: z.string().min(1) }),
  z.strictObject({ by: z.literal('wwn'), wwn: z.string().min(1) }),
  z.strictObject({ by: z.literal('path'), path: z.string().min(1) }),
  z.strictObject({ by: z.literal('only') }),
  z.strictObject({ by: z.literal('smallest'), atLeastBytes: z.int().positive() }),
  z.strictObject({ by: z.literal('largest'), rotational: z.boolean().optional() }),
])
export type InstallDiskRule = z.infer<typeof InstallDiskRule>

type Rules = { [By in InstallDiskRule['by']]: (rule: Extract<InstallDiskRule, { by: By }>, disks: Disk[]) => Disk[] }

const RULES: Rules = {
  serial: (rule, disks) => disks.filter((disk) => disk.serial === rule.serial),
  wwn: (rule, disks) => disks.filter((disk) => disk.wwn?.toLowerCase() === rule.wwn.toLowerCase()),
  path: (rule, disks) => disks.filter((disk) => disk.byPath === rule.path),
  only: (_rule, disks) => disks,
  smallest: (rule, disks) =>
    extreme(
      disks.filter((disk) => disk.bytes >= rule.atLeastBytes),
      Math.min,
    ),
  largest: (rule, disks) =>
    extreme(
      disks.filter((disk) => rule.rotational === undefined || disk.rotational === rule.rotational),
      Math.max,
    ),
}

/**
 * The one disk that `rule` names, big enough for `imageBytes`. Removable and read-only disks never count.
 * Throws disk.none, disk.no_rule_match, disk.ambiguous or disk.too_small; the message lists the disks seen.
 */
export function chooseInstallDisk(rule: InstallDiskRule, seen: Disk[], imageBytes: number): Disk {
  const disks = seen.filter((disk) => !disk.removable && !disk.readOnly && disk.bytes > 0)
  const details = { rule, disks: seen }
  if (disks.length === 0)
    throw new AppError('disk.none', `expected a fixed writable disk, saw ${listDisks(seen)}`, details)
  const pick = RULES[rule.by] as (rule: InstallDiskRule, disks: Disk[]) => Disk[]
  const [disk, ...others] = pick(rule, disks)
  if (!disk) throw new AppError('disk.no_rule_match', `no disk matches ${say(rule)}; saw ${listDisks(seen)}`, details)
  if (others.length > 0)
    throw new AppError(
      'disk.ambiguous',
      `expected ${say(rule)} to match one disk, got ${listDisks([disk, ...others])}`,
      details,
    )
  if (disk.bytes < imageBytes)
    throw new AppError(
      'disk.too_small',
      `expected at least ${imageBytes} bytes on the disk, got ${listDisks([disk])}`,
      details,
    )
  return disk
}

function extreme(disks: Disk[], which: (...sizes: number[]) => number): Disk[] {
  const wanted = which(...disks.map((disk) => disk.bytes))
  return disks.filter((disk) => disk.bytes === wanted)
}

const say = (rule: InstallDiskRule): string => `the rule ${JSON.stringify(rule)}`

const listDisks = (disks: Disk[]): string =>
  disks.length === 0
    ? 'no disk at all'
    : disks.map((disk) => `${disk.name} (${disk.bytes} bytes, serial ${disk.serial ?? 'unknown'})`).join(', ')
