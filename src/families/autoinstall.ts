import * as z from 'zod'
import type { InstallValues } from '../domain/install/install-values.ts'
import { cloudUsers, debianPackages } from './accounts.ts'
import { judgeAutoinstall } from './autoinstall/judge.ts'
import { storageActions } from './autoinstall/storage.ts'
import { defineFamily } from './family.ts'
import { netplanOf } from './netplan.ts'
import { NOCLOUD_FILES } from './nocloud-files.ts'

const Options = z.strictObject({
  source: z
    .enum(['ubuntu-server', 'ubuntu-server-minimal'])
    .nullable()
    .default(null)
    .describe('which system of the installation medium; none is its own choice'),
  updates: z.enum(['security', 'all']).default('security').describe('updates that are installed at once'),
})

const list = z.array(z.unknown())
const Words = z.strictObject({
  locale: z.string().describe('settings.language with its character set'),
  source: z.string().nullable().describe('which system of the installation medium'),
  updates: z.string().describe('updates that are installed at once'),
  network: z.unknown().describe('links in netplan’s words'),
  storage: list.describe('curtin’s actions that make the layout'),
  users: list.describe('accounts in cloud-init’s words'),
  passwordLogin: z.boolean().describe('SSH takes passwords, because somebody has no key'),
  packages: z.array(z.string()).describe('packages'),
  lateCommands: z.array(z.array(z.string())).describe('programs and their words that run at the end'),
  syslog: z.string().describe('line of rsyslog that sends all to Slipway'),
  started: z.string().describe('called when the installer begins'),
  installed: z.string().describe('called when the system is installed'),
  failed: z.string().describe('called with the installer’s log when it fails'),
})

/** Subiquity, the installer of Ubuntu Server. */
export const autoinstall = defineFamily<z.infer<typeof Options>, z.infer<typeof Words>>({
  name: 'autoinstall',
  title: 'Autoinstall (Ubuntu Server)',
  releases: [
    { name: 'ubuntu-22.04', title: 'Ubuntu 22.04 LTS' },
    { name: 'ubuntu-24.04', title: 'Ubuntu 24.04 LTS' },
    { name: 'ubuntu-26.04', title: 'Ubuntu 26.04 LTS' },
  ],
  files: [
    { name: 'user-data', template: 'autoinstall/user-data.hbs', format: 'yaml', mediaType: 'text/cloud-config' },
    ...NOCLOUD_FILES,
  ],
  options: Options,
  words: Words,
  passwords: 'crypt',
  describe: (values, options) => {
    const { settings, urls } = values
    return {
      locale: settings.language.includes('.') ? settings.language : `${settings.language}.UTF-8`,
      ...{ source: options.source, updates: options.updates },
      ...{ network: netplanOf(values.network), storage: storageActions(values), users: cloudUsers(values) },
      passwordLogin: settings.users.some(({ password, sshKeys }) => password !== null && sshKeys.length === 0),
      ...{ packages: debianPackages(values), lateCommands: lateCommands(values) },
      syslog: `*.* @${urls.logHost}:${urls.logPort}`,
      ...{ started: `${urls.callback}/started`, installed: `${urls.callback}/installed` },
      failed: `${urls.callback}/failed`,
    }
  },
  kernelArguments: ({ urls }) => [
    ...['ip=dhcp', 'autoinstall', `ds=nocloud;s=${urls.answers}`, 'cloud-config-url=/dev/null'],
  ],
  install: { faults: [] },
  done: 'a late command calls back when all is installed; the first start of the new system proves it',
  proof: 'judged',
  judge: judgeAutoinstall,
  unjudged: [
    'whether a disk of the machine matches, and whether it is large enough',
    'whether packages exist in Ubuntu’s archive',
    'what the release’s own installer changes: the answers’ rules are those of 24.04',
  ],
})

const inTarget = (...words: string[]): string[] => ['curtin', 'in-target', '--target=/target', '--', ...words]

/** Kernel arguments go in before the commands of people, so that these can still change them. */
function lateCommands({ settings, consoles, kernelArguments }: InstallValues): string[][] {
  const all = [...consoles.map((one) => `console=${one}`), ...kernelArguments].join(' ')
  const file = '/target/etc/default/grub.d/90-slipway.cfg'
  // The shell that reads the file gets them in single quotes.
  const quoted = `'${all.replaceAll("'", `'\\''`)}'`
  const grub = [
    [
      'sh',
      '-c',
      'mkdir -p /target/etc/default/grub.d && printf "GRUB_CMDLINE_LINUX_DEFAULT=%s\\n" "$1" > "$2"',
      'sh',
      quoted,
      file,
    ],
    inTarget('update-grub'),
  ]
  return [...(all === '' ? [] : grub), ...settings.lateCommands.map((line) => inTarget('sh', '-c', line))]
}
