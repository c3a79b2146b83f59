import { AppError } from '../../core/errors.ts'
import type { InstallNetwork, InstallStorage, InstallValues } from '../../domain/install/install-values.ts'

export const refusal = (field: string, expected: string): AppError =>
  new AppError('template.invalid', `${field}: expected ${expected}`)

/**
 * The one disk of a layout of which a system makes all itself: nothing but `/`, swap and what firmware needs may be said.
 * Throws template.invalid naming what it can not make.
 */
export function onlyDisk(
  { disks, raid1, volumeGroups }: InstallStorage,
  system: string,
): InstallStorage['disks'][number] {
  if (raid1[0]) throw refusal(`storage.raid1.${raid1[0].name}`, `no array: what is rendered for ${system} makes none`)
  if (volumeGroups[0])
    throw refusal(`storage.volumeGroups.${volumeGroups[0].name}`, `no volume group: ${system} has its own`)
  if (disks[1])
    throw refusal(`storage.disks.${disks[1].name}`, `one disk: what is rendered for ${system} divides no other`)
  const disk = disks[0]!
  const other = disk.partitions.find(
    ({ use }) => use.passphrase !== null || !(use.esp || use.biosBoot || use.swap || use.mount === '/'),
  )
  if (other)
    throw refusal(
      `storage.${other.name}`,
      `/ or swap without encryption: what is rendered for ${system} makes no other`,
    )
  return disk
}

/** The one card of a network. Throws template.invalid naming what is more than one. */
export function onlyCard({ cards, bonds, vlans }: InstallNetwork, system: string): InstallNetwork['cards'][number] {
  if (bonds[0]) throw refusal(`network.bonds.${bonds[0].name}`, `no bond: what is rendered for ${system} makes none`)
  if (vlans[0]) throw refusal(`network.vlans.${vlans[0].name}`, `no VLAN: what is rendered for ${system} makes none`)
  const [card, another] = cards
  if (another) throw refusal(`network.cards.${another.name}`, `one card: what is rendered for ${system} sets up one`)
  if (card!.mtu !== null) throw refusal(`network.cards.${card!.name}.mtu`, `none: ${system} is not told one here`)
  return card!
}

/** Keys by the account that they open. */
export const keysOf = ({ sshKeys, users }: InstallValues['settings']) => [
  ...sshKeys.map((key) => ({ name: 'root', key })),
  ...users.flatMap((user) => user.sshKeys.map((key) => ({ name: user.name, key }))),
]

/** Throws template.invalid where a name would be two fields of passwd, or there are packages. */
export function assertAccounts({ users, packages }: InstallValues['settings'], system: string): void {
  const user = users.find(({ fullName }) => /[:\n]/.test(fullName))
  if (user) throw refusal(`settings.users.${user.name}.fullName`, `a line without a colon, got ${user.fullName}`)
  if (packages.length > 0) throw refusal('settings.packages', `none: ${system} takes them from its own lists`)
}

/** Where syslog goes, where it is the port that every syslogd sends to. */
export const plainLogHost = ({ urls: { logHost, logPort } }: InstallValues): string | null =>
  logPort === 514 ? logHost : null

export const callbacksOf = ({ urls: { callback } }: InstallValues) => ({
  ...{ started: `${callback}/started`, installed: `${callback}/installed`, failed: `${callback}/failed` },
})
