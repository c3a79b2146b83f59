import type { HardwareProfile } from '../hardware-profile.ts'
import type { Inventory } from '../inventory.ts'
import type { Machine } from '../machine.ts'
import { packagesFor } from '../operating-packages.ts'
import { DEFAULT_STORAGE } from './default-storage.ts'
import type { InstallSettings } from './install-settings.ts'
import type { InstallValues } from './install-values.ts'
import { resolveNetwork } from './resolve-network.ts'
import { layoutFor, resolveStorage } from './resolve-storage.ts'
import type { SecretReference } from './secret-reference.ts'

/** All that an installation's values come from. `bootMac` is the card that booted. */
export type InstallSources = {
  runId: string
  machine: Pick<Machine, 'name' | 'macs' | 'uuid' | 'serial'>
  bootMac: string
  domain: string | undefined
  inventory: Pick<Inventory, 'firmware' | 'secureBoot' | 'disks' | 'nics'>
  profile: HardwareProfile
  /** The disk is already laid out by an image that was written to it. */
  onImage?: boolean
  settings: InstallSettings
  family: string
  release: string
  /** The form in which the family takes passwords. */
  passwords: SecretReference['form']
  urls: InstallValues['urls']
}

/** What templates may say of one installation. Throws the disk.* codes and network.no_card where the machine has not what its profile wants. */
export function resolveInstall(sources: InstallSources): InstallValues {
  const { machine, domain, inventory, profile, settings, family, release } = sources
  const drivers = [...profile.drivers, ...profile.firmwarePackages]
  const packages = [...new Set([...settings.packages, ...packagesFor(drivers, family, release)])]
  return {
    run: { id: sources.runId },
    machine: {
      ...{ name: machine.name, domain: domain ?? null, fqdn: domain ? `${machine.name}.${domain}` : machine.name },
      ...{ mac: sources.bootMac, macs: machine.macs, uuid: machine.uuid ?? null, serial: machine.serial ?? null },
      ...{ uefi: inventory.firmware === 'uefi', secureBoot: inventory.secureBoot },
    },
    settings: { ...settings, packages, ...passwordsIn(sources.passwords, settings) },
    storage: sources.onImage ? NOTHING : storageOf(sources),
    network: resolveNetwork(profile.network, inventory.nics, sources.bootMac),
    // Those of a profile start its ramdisk; what an image is started with is its own.
    kernelArguments: sources.onImage ? [] : profile.kernelArguments,
    consoles: profile.consoles,
    urls: sources.urls,
  }
}

const NOTHING: InstallValues['storage'] = { disks: [], raid1: [], volumeGroups: [] }

const storageOf = ({ profile, inventory }: InstallSources): InstallValues['storage'] =>
  resolveStorage(
    layoutFor(profile.storage ?? DEFAULT_STORAGE, inventory.firmware),
    profile.installDisk,
    inventory.disks,
  )

const passwordsIn = (form: SecretReference['form'], { rootPassword, users }: InstallSettings) => ({
  rootPassword: rootPassword && { ...rootPassword, form },
  users: users.map((user) => ({ ...user, password: user.password && { ...user.password, form } })),
})
