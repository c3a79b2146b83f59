import type { InstallValues } from '../domain/install/install-values.ts'
import { refusal } from './refuse.ts'

/** passwd(5) has no way to write a colon: throws template.invalid naming the field. */
export function assertFullNames({ settings }: Pick<InstallValues, 'settings'>): void {
  const user = settings.users.find(({ fullName }) => fullName.includes(':'))
  if (user) throw refusal('settings.users.fullName', `a name without a colon, got ${JSON.stringify(user.fullName)}`)
}

/** Accounts in the words of cloud-init's module users_groups: root, and those of the settings, and no other. */
export function cloudUsers(
  { settings }: Pick<InstallValues, 'settings'>,
  adminGroup: 'sudo' | 'wheel' = 'sudo',
): object[] {
  assertFullNames({ settings })
  const { rootPassword, sshKeys, users } = settings
  const keys = (list: readonly string[]) => (list.length > 0 ? { ssh_authorized_keys: list } : {})
  const password = (secret: unknown) => (secret ? { hashed_passwd: secret, lock_passwd: false } : { lock_passwd: true })
  return [
    { name: 'root', ...password(rootPassword), ...keys(sshKeys) },
    ...users.map((user) => ({
      ...{ name: user.name, gecos: user.fullName, shell: '/bin/bash' },
      ...password(user.password),
      ...keys(user.sshKeys),
      ...(user.admin && { groups: [adminGroup], sudo: user.password ? 'ALL=(ALL) ALL' : 'ALL=(ALL) NOPASSWD:ALL' }),
    })),
  ]
}

/** Debian's names of packages, which Ubuntu's images take too; throws template.invalid for others. */
export function debianPackages({ settings }: Pick<InstallValues, 'settings'>): string[] {
  const odd = settings.packages.find((name) => !/^[a-z0-9][a-z0-9.+-]+(:[a-z0-9]+)?$/.test(name))
  if (odd !== undefined) throw refusal('settings.packages', `names of Debian packages, got ${odd}`)
  return settings.packages
}
