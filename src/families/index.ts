import { AppError } from '../core/errors.ts'
import { agama } from './agama.ts'
import { autoinstall } from './autoinstall.ts'
import { autoyast } from './autoyast.ts'
import { cloudInit } from './cloud-init.ts'
import { esxi } from './esxi.ts'
import type { Family } from './family.ts'
import { grub } from './grub.ts'
import { ignite } from './ignite.ts'
import { ignition } from './ignition.ts'
import { ipxe } from './ipxe.ts'
import { jumpstart } from './jumpstart.ts'
import { kickstart } from './kickstart.ts'
import { nim } from './nim.ts'
import { preseed } from './preseed.ts'
import { solaris } from './solaris.ts'
import { unattend } from './unattend.ts'

/** Every family of operating systems that Slipway renders answers for, and the loaders that it renders scripts for. */
export const FAMILIES: readonly Family[] = byName([
  ...[agama, autoinstall, autoyast, cloudInit, esxi, grub, ignite, ignition],
  ...[ipxe, jumpstart, kickstart, nim, preseed, solaris, unattend],
])

/** Throws family.not_found naming those that there are. */
export function findFamily(name: string): Family {
  const family = FAMILIES.find((one) => one.name === name)
  if (family) return family
  const known = FAMILIES.map((one) => one.name).join(', ')
  throw new AppError('family.not_found', `expected a family of operating systems (${known}), got ${name}`)
}

function byName(families: readonly Family[]): readonly Family[] {
  const names = families.map(({ name }) => name)
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) throw new Error(`expected a name of its own for each family, got ${twice} twice`)
  return families
}
