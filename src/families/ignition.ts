import * as z from 'zod'
import type { InstallValues } from '../domain/install/install-values.ts'
import { assertFullNames } from './accounts.ts'
import { defineFamily } from './family.ts'
import { findRelease } from './find-release.ts'
import { judgeIgnition } from './ignition/judge.ts'
import { ignitionStorage } from './ignition/storage.ts'
import { fileOf, SYSTEM_RELEASES, SYSTEMS } from './ignition/systems.ts'
import { refusal } from './refuse.ts'

const list = z.array(z.unknown())
const Words = z.strictObject({
  users: list.describe('accounts in Ignition’s words'),
  kernelArguments: z.array(z.string()).describe('kernel arguments and consoles'),
  noProxy: z.array(z.string()).describe('hosts that are asked without the proxy'),
  disks: list.describe('partitions beside those of the image'),
  raid: list.describe('arrays'),
  fileSystems: list.describe('file systems'),
  units: list.describe('units that mount them'),
  files: list.describe('host name, keyboard, links and time servers'),
  timezone: z.string().describe('what /etc/localtime points to'),
  packages: z.array(z.string()).describe('packages that the first start adds'),
  script: z.string().describe('where first-boot.sh is put'),
  scriptUrl: z.string().describe('where it is fetched from'),
  started: z.string().describe('called when the first start has a network'),
  installed: z.string().describe('called when the first start is over'),
  failed: z.string().describe('called where a command failed'),
})

const systemOf = (release: string) => SYSTEMS[findRelease({ releases: SYSTEM_RELEASES }, release).kind]

/** Images that Ignition sets up before their first start (specification 3.4.0). */
export const ignition = defineFamily<Record<string, never>, z.infer<typeof Words>>({
  name: 'ignition',
  title: 'Ignition (Fedora CoreOS, Flatcar)',
  releases: SYSTEM_RELEASES,
  files: [
    {
      name: 'config.ign',
      template: 'ignition/config.ign.hbs',
      format: 'json',
      mediaType: 'application/vnd.coreos.ignition+json',
    },
    { name: 'first-boot.sh', template: 'ignition/first-boot.sh.hbs', format: 'sh', mediaType: 'text/x-shellscript' },
  ],
  options: z.strictObject({}),
  words: Words,
  passwords: 'crypt',
  describe: (values, _options, release) => {
    const { settings, urls } = values
    const system = systemOf(release)
    assertSettings(values, system.packages)
    const { fileSystems, ...storage } = ignitionStorage(values.storage, system.root)
    return {
      ...{ users: usersOf(values, system.adminGroup), ...storage, fileSystems },
      kernelArguments: [...values.consoles.map((one) => `console=${one}`), ...values.kernelArguments],
      noProxy: [new URL(urls.answers).hostname],
      files: [
        fileOf('/etc/hostname', [values.machine.fqdn]),
        fileOf('/etc/vconsole.conf', [`KEYMAP=${settings.keyboard}`]),
        ...(settings.ntp.length > 0 ? [system.timeServers(settings.ntp)] : []),
        ...system.network(values.network),
      ],
      ...{ timezone: `../usr/share/zoneinfo/${settings.timezone}`, packages: settings.packages },
      ...{ script: system.script, scriptUrl: `${urls.answers}first-boot.sh` },
      ...{ started: `${urls.callback}/started`, installed: `${urls.callback}/installed` },
      failed: `${urls.callback}/failed`,
    }
  },
  kernelArguments: ({ urls, storage }, _options, release) =>
    systemOf(release).kernelArguments(
      `${urls.answers}config.ign`,
      storage.disks.find(({ name }) => name === 'install')!.path,
    ),
  done: 'a unit of the first start calls back; the new system proves it',
  proof: 'judged',
  judge: judgeIgnition,
  unjudged: [
    'whether the image’s partitions are where this release has them',
    'whether packages exist in Fedora’s repositories',
    'whether the keyboard’s name is known of the console as well',
  ],
})

function assertSettings(values: InstallValues, hasPackages: boolean): void {
  const { language, mirror, packages } = values.settings
  assertFullNames(values)
  if (!language.startsWith('en_US'))
    throw refusal('settings.language', `en_US: the image has no other language, got ${language}`)
  if (mirror !== null) throw refusal('settings.mirror', `none: the system is an image, got ${mirror}`)
  if (!hasPackages && packages[0]) throw refusal('settings.packages', `none: this image takes none, got ${packages[0]}`)
}

function usersOf({ settings }: InstallValues, adminGroup: string): object[] {
  const keys = (all: readonly string[]) => (all.length > 0 ? { sshAuthorizedKeys: all } : {})
  const { rootPassword, sshKeys, users } = settings
  return [
    { name: 'root', ...(rootPassword && { passwordHash: rootPassword }), ...keys(sshKeys) },
    ...users.map((user) => ({
      ...{
        name: user.name,
        gecos: user.fullName,
        shell: '/bin/bash',
        ...(user.password && { passwordHash: user.password }),
      },
      ...keys(user.sshKeys),
      ...(user.admin && { groups: [adminGroup] }),
    })),
  ]
}
