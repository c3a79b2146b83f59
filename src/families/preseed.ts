import * as z from 'zod'
import type { InstallValues } from '../domain/install/install-values.ts'
import { assertFullNames, debianPackages } from './accounts.ts'
import { defineFamily, type Release } from './family.ts'
import { findRelease } from './find-release.ts'
import { installerArguments, interfaceLines, resolverLines } from './preseed/interfaces.ts'
import { judgePreseed } from './preseed/judge.ts'
import { DEBIAN_FAULTS } from './preseed/log-faults.ts'
import { installFirst, partmanOf } from './preseed/recipes.ts'
import { refusal } from './refuse.ts'

type DebianRelease = Release & { suite: string; firmwareComponent: string }

const RELEASES: readonly [DebianRelease, ...DebianRelease[]] = [
  { name: 'debian-11', title: 'Debian 11 (bullseye)', suite: 'bullseye', firmwareComponent: 'non-free' },
  { name: 'debian-12', title: 'Debian 12 (bookworm)', suite: 'bookworm', firmwareComponent: 'non-free-firmware' },
  { name: 'debian-13', title: 'Debian 13 (trixie)', suite: 'trixie', firmwareComponent: 'non-free-firmware' },
]

const Options = z.strictObject({
  firmware: z.boolean().default(true).describe('firmware that is not free, where the hardware asks for it'),
  securityMirror: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe(
      'where security updates are, ending in /debian-security; none is Debian’s own, unless settings.mirror is set',
    ),
})

const none = z.string().nullable()
const Words = z.strictObject({
  suite: z.string().describe('code name of the release'),
  locale: z.string().describe('settings.language with its character set'),
  mirror: z
    .strictObject({
      protocol: z.string().describe('http or https'),
      host: z.string().describe('its name, with a port where it has one'),
      directory: z.string().describe('directory of Debian on it'),
    })
    .describe('where the release’s packages are'),
  services: z.string().describe('updates that apt gets, with commas'),
  securityHost: none.describe('where security updates are'),
  firmware: z.boolean().describe('firmware that is not free'),
  firmwareComponent: z.string().describe('the component of the archive that has it'),
  timeServer: none.describe('the first of settings.ntp'),
  timeServers: z.string().describe('settings.ntp with blanks'),
  method: z.string().describe('partman-auto/method'),
  recipe: z.string().describe('partman-auto/expert_recipe'),
  raidRecipe: none.describe('partman-auto-raid/recipe'),
  group: none.describe('name of the volume group'),
  passphrase: z.unknown().describe('secret that opens the encrypted partition'),
  disks: z.string().describe('the disks of the layout with blanks'),
  bootDisks: z.string().describe('the disks that get a loader'),
  ports: z
    .array(
      z.strictObject({
        number: z.int().describe('place in the layout, from 1'),
        device: z.string().describe('kernel name when it was described'),
        path: z.string().describe('path by the port that it is on'),
      }),
    )
    .describe('where each disk is, the longest kernel name first'),
  packages: z.string().describe('packages with blanks'),
  kernelArguments: none.describe('kernel arguments and consoles with blanks'),
  interfaces: z.array(z.string()).describe('lines of /etc/network/interfaces; none where the installer writes them'),
  resolver: z.array(z.string()).describe('lines of /etc/resolv.conf'),
  disksScript: z.string().describe('where disks.sh is'),
  lateScript: z.string().describe('where late.sh is'),
  started: z.string().describe('called when the installer begins'),
  installed: z.string().describe('called when the system is installed'),
  failed: z.string().describe('called with the installer’s log when it fails'),
})
type Words = z.infer<typeof Words>

const releaseOf = (name: string) => findRelease({ releases: RELEASES }, name)

/** The installer of Debian, with preseeded answers. */
export const preseed = defineFamily<z.infer<typeof Options>, Words>({
  name: 'preseed',
  title: 'Preseed (Debian)',
  releases: RELEASES,
  files: [
    { name: 'preseed.cfg', template: 'preseed/preseed.cfg.hbs', format: 'preseed', mediaType: 'text/plain' },
    { name: 'disks.sh', template: 'preseed/disks.sh.hbs', format: 'sh', mediaType: 'text/x-shellscript' },
    { name: 'late.sh', template: 'preseed/late.sh.hbs', format: 'sh', mediaType: 'text/x-shellscript' },
  ],
  options: Options,
  words: Words,
  passwords: 'crypt',
  describe: (values, options, release) => {
    const { settings, network, urls } = values
    const { suite, firmwareComponent } = releaseOf(release)
    assertFullNames(values)
    return {
      ...{ suite, firmwareComponent, firmware: options.firmware, ...archives(values, options) },
      locale: settings.language.includes('.') ? settings.language : `${settings.language}.UTF-8`,
      ...{ timeServer: settings.ntp[0] ?? null, timeServers: settings.ntp.join(' ') },
      ...storageWords(values),
      packages: packagesOf(values).join(' '),
      kernelArguments: [...values.consoles.map((one) => `console=${one}`), ...values.kernelArguments].join(' ') || null,
      ...{ interfaces: interfaceLines(network), resolver: resolverLines(network) },
      ...{ disksScript: `${urls.answers}disks.sh`, lateScript: `${urls.answers}late.sh` },
      ...{ started: `${urls.callback}/started`, installed: `${urls.callback}/installed` },
      failed: `${urls.callback}/failed`,
    }
  },
  kernelArguments: ({ urls, machine, network }) => [
    ...['auto=true', 'priority=critical', `url=${urls.answers}preseed.cfg`],
    ...[`netcfg/get_hostname=${machine.name}`, `netcfg/hostname=${machine.name}`],
    ...(machine.domain === null ? [] : [`netcfg/get_domain=${machine.domain}`]),
    ...installerArguments(network, machine.mac),
    ...[`log_host=${urls.logHost}`, `log_port=${urls.logPort}`, 'DEBIAN_FRONTEND=text'],
  ],
  install: { beforeWrite: 'disks.sh', faults: DEBIAN_FAULTS },
  done: 'late_command calls back when all is installed; the first start of the new system proves it',
  proof: 'begun',
  judge: judgePreseed,
  unjudged: [
    'whether packages exist on the mirror, and whether it has the installer’s own parts',
    'whether partman finds room: it counts in megabytes, and may make the last volume of a group larger',
    'questions that the installer asks of a machine with unusual hardware',
  ],
})

function archives({ settings }: InstallValues, options: z.infer<typeof Options>) {
  const mirror = archive('settings.mirror', settings.mirror ?? 'http://deb.debian.org/debian')
  const security = options.securityMirror === null ? null : archive('preseed.securityMirror', options.securityMirror)
  if (security && security.directory !== '/debian-security')
    throw refusal('preseed.securityMirror', `a URL that ends in /debian-security, got ${options.securityMirror}`)
  const hasSecurity = security !== null || settings.mirror === null
  return {
    ...{ mirror, services: hasSecurity ? 'security, updates' : 'updates' },
    securityHost: security?.host ?? (hasSecurity ? 'security.debian.org' : null),
  }
}

function archive(field: string, url: string): Words['mirror'] {
  const { protocol, host, pathname, username, search } = new URL(url)
  if (username || search) throw refusal(field, `a URL without a login and a query, got ${url}`)
  return { protocol: protocol.replace(':', ''), host, directory: pathname.replace(/\/+$/, '') || '/' }
}

function storageWords({ storage, machine }: InstallValues) {
  const { method, recipe, raidRecipe, group, passphrase } = partmanOf(storage)
  const ports = storage.disks.map(({ device, path }, at) => ({ number: at + 1, device, path }))
  const names = installFirst(storage.disks).map(({ device }) => `/dev/${device}`)
  return {
    ...{ method, recipe, raidRecipe, group, passphrase, disks: names.join(' ') },
    bootDisks: (method === 'raid' && !machine.uefi ? names : [names[0]!]).join(' '),
    ports: ports.sort((one, other) => other.device.length - one.device.length),
  }
}

function packagesOf(values: InstallValues): string[] {
  const { settings, network } = values
  const needed = [
    ...['openssh-server', 'wget'],
    ...(settings.users.some(({ admin }) => admin) ? ['sudo'] : []),
    ...(settings.ntp.length > 0 ? ['systemd-timesyncd'] : []),
    ...(network.bonds.length > 0 ? ['ifenslave'] : []),
  ]
  return [...new Set([...needed, ...debianPackages(values)])]
}
