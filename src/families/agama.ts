import * as z from 'zod'
import { AppError } from '../core/errors.ts'
import type { InstallLink, InstallValues } from '../domain/install/install-values.ts'
import { SecretReference } from '../domain/install/secret-reference.ts'
import { judgeAgama } from './agama/judge.ts'
import { agamaStorage } from './agama/storage.ts'
import { defineFamily, type Release } from './family.ts'
import { findRelease } from './find-release.ts'

type AgamaRelease = Release & { product: string; registers: boolean }

const RELEASES: readonly [AgamaRelease, ...AgamaRelease[]] = [
  { name: 'leap-16.0', title: 'openSUSE Leap 16.0', product: 'Leap_16.0', registers: false },
  { name: 'leap-16.1', title: 'openSUSE Leap 16.1', product: 'openSUSE_Leap', registers: false },
  { name: 'sles-16.0', title: 'SUSE Linux Enterprise Server 16.0', product: 'SLES', registers: true },
  { name: 'sles-16.1', title: 'SUSE Linux Enterprise Server 16.1', product: 'SLES', registers: true },
]

const Options = z.strictObject({
  registration: z
    .strictObject({
      email: z.email().describe('to whom the system belongs'),
      code: SecretReference.describe('secret that holds the registration code'),
      server: z
        .url({ protocol: /^https?$/ })
        .nullable()
        .default(null)
        .describe('registration server of the site'),
    })
    .nullable()
    .default(null)
    .describe('registration of SLES; without it packages come from the mirror or the medium'),
})
type Options = z.infer<typeof Options>

const Words = z.strictObject({
  product: z.unknown().describe('product and its registration'),
  root: z.unknown().describe('password of root'),
  packages: z.array(z.string()).describe('packages beside the product’s own'),
  kernelArguments: z.string().describe('kernel arguments and consoles with blanks'),
  connections: z.array(z.unknown()).describe('cards, bonds and VLANs'),
  storage: z.unknown().describe('disks, arrays and volume groups'),
  started: z.string().describe('called when Agama has read its profile'),
  installed: z.string().describe('called when all is installed'),
  failed: z.string().describe('called when a command in the new system fails'),
})

const releaseOf = (name: string) => findRelease({ releases: RELEASES }, name)

/** Agama of SUSE Linux Enterprise Server 16 and openSUSE Leap 16. */
export const agama = defineFamily({
  name: 'agama',
  title: 'Agama (SLES 16, openSUSE Leap 16)',
  releases: RELEASES,
  files: [{ name: 'profile.json', template: 'agama/profile.json.hbs', format: 'json', mediaType: 'application/json' }],
  options: Options,
  words: Words,
  passwords: 'crypt',
  describe: (values, options, name) => {
    const { settings } = values
    assertComments(settings.users)
    return {
      product: productOf(releaseOf(name), options),
      root: { password: settings.rootPassword ?? '!', hashedPassword: true },
      packages: [...new Set(['openssh-server', 'sudo', 'curl', ...settings.packages])],
      kernelArguments: [...values.consoles.map((one) => `console=${one}`), ...values.kernelArguments].join(' '),
      ...{ connections: connectionsOf(values), storage: agamaStorage(values.storage) },
      started: `${values.urls.callback}/started`,
      installed: `${values.urls.callback}/installed`,
      failed: `${values.urls.callback}/failed`,
    }
  },
  kernelArguments: ({ urls, settings }) => {
    const source = settings.mirror?.replace(/\/?$/, '/')
    return [
      ...(source ? [`root=live:${source}LiveOS/squashfs.img`, `inst.install_url=${source}install`] : []),
      ...['ip=dhcp', `inst.auto=${urls.answers}profile.json`, 'inst.finish=reboot'],
      ...(settings.proxy ? [`proxy=${settings.proxy}`] : []),
    ]
  },
  install: { faults: [] },
  done: 'a post script calls back when all is installed; the first start of the new system proves it',
  proof: 'judged',
  judge: async ([file]) => (file ? judgeAgama(file) : []),
  unjudged: [
    'whether packages and patterns exist in the repositories',
    'whether the disks have these paths in the installer',
    'conditions of searches, and sections for iSCSI, DASD and zFCP',
    'failures before the new system is there: Agama has no hook for them, and a run ends by silence',
  ],
})

/** useradd takes no colon in a name. */
function assertComments(users: InstallValues['settings']['users']): void {
  const user = users.find(({ fullName }) => /[:\n]/.test(fullName))
  if (user)
    throw new AppError(
      'template.invalid',
      `settings.users.${user.name}.fullName: expected a line without a colon, got ${user.fullName}`,
    )
}

const productOf = ({ product, registers }: AgamaRelease, { registration }: Options) => ({
  id: product,
  ...(registers &&
    registration && {
      registrationCode: { ...registration.code, form: 'plain' as const },
      registrationEmail: registration.email,
      ...(registration.server !== null && { registrationUrl: registration.server }),
    }),
})

function connectionsOf({ network: { cards, bonds, vlans } }: InstallValues) {
  const slaves = new Set(bonds.flatMap(({ members }) => members))
  const none = { method4: 'disabled', method6: 'disabled' }
  const address = ({ dhcp, static: own, mtu }: InstallLink) => ({
    ...(mtu !== null && { mtu }),
    ...(dhcp ? { method4: 'auto', method6: 'auto' } : own ? { method4: 'manual', method6: 'disabled' } : none),
    ...(own && {
      addresses: [`${own.address}/${own.prefix}`],
      ...(own.gateway !== null && { gateway4: own.gateway }),
      ...{ nameservers: own.dns, dnsSearchlist: own.search },
    }),
  })
  return [
    ...cards.map((card) => ({
      ...{ id: card.name, macAddress: card.mac, ...(slaves.has(card.name) ? none : address(card)) },
    })),
    ...bonds.map((bond) => ({
      ...{ id: bond.name, interface: bond.name, ...address(bond) },
      bond: { mode: bond.mode, options: 'miimon=100', ports: bond.members },
    })),
    ...vlans.map((vlan) => ({
      ...{ id: vlan.name, interface: vlan.name, ...address(vlan) },
      vlan: { id: vlan.id, parent: vlan.over },
    })),
  ]
}
