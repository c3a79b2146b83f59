import * as z from 'zod'
import type { InstallLink, InstallValues } from '../domain/install/install-values.ts'
import { SecretReference } from '../domain/install/secret-reference.ts'
import { judgeAutoyast } from './autoyast/judge.ts'
import { autoyastDrives } from './autoyast/storage.ts'
import { defineFamily, type Release } from './family.ts'
import { findRelease } from './find-release.ts'

type AutoyastRelease = Release & { product: 'SLES' | 'Leap'; version: string; source?: string }

const sles = (pack: 6 | 7): AutoyastRelease => ({
  ...{
    name: `sles-15.${pack}`,
    title: `SUSE Linux Enterprise Server 15 SP${pack}`,
    product: 'SLES',
    version: `15.${pack}`,
  },
})
const RELEASES: readonly [AutoyastRelease, ...AutoyastRelease[]] = [
  {
    ...{ name: 'leap-15.6', title: 'openSUSE Leap 15.6', product: 'Leap', version: '15.6' },
    source: 'https://download.opensuse.org/distribution/leap/15.6/repo/oss/',
  },
  sles(6),
  sles(7),
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
    .describe('registration of SLES; without it modules come from the installation source'),
  modules: z
    .array(z.string().regex(/^[a-z]+(-[a-z]+)*$/, 'expected the name of a module like server-applications'))
    .max(32)
    .default(['basesystem', 'server-applications'])
    .describe('modules of SLES'),
})
type Options = z.infer<typeof Options>

const none = z.string().nullable()
const Words = z.strictObject({
  product: z.string().describe('SLES or Leap'),
  version: z.string().describe('version of the release'),
  language: z.string().describe('locale without its encoding'),
  modules: z
    .array(
      z.strictObject({
        name: z.string().describe('its name'),
        folder: z.string().describe('its folder in the mirror'),
      }),
    )
    .describe('modules of SLES'),
  media: z.string().describe('where modules are'),
  registration: z.unknown().describe('e-mail, code and server of the registration, where there is one'),
  packages: z.array(z.string()).describe('packages beside those of the base pattern'),
  kernelArguments: none.describe('kernel arguments and consoles with blanks'),
  drives: z.array(z.unknown()).describe('disks, arrays and volume groups, each with what is on it'),
  links: z.array(z.unknown()).describe('cards, bonds and VLANs'),
  routes: z
    .array(z.strictObject({ gateway: z.string().describe('where to'), device: z.string().describe('by which link') }))
    .describe('default routes'),
  nameServers: z.array(z.string()).describe('name servers'),
  searches: z.array(z.string()).describe('domains that names are looked up in'),
  admins: z.array(z.string()).describe('accounts that may become root'),
  started: z.string().describe('called when AutoYaST has read its answers'),
  installed: z.string().describe('called when all is installed'),
  failed: z.string().describe('called when a command in the new system fails'),
})

const releaseOf = (name: string) => findRelease({ releases: RELEASES }, name)

/** AutoYaST of SUSE Linux Enterprise Server 15 and openSUSE Leap 15. */
export const autoyast = defineFamily({
  name: 'autoyast',
  title: 'AutoYaST (SLES 15, openSUSE Leap 15)',
  releases: RELEASES,
  files: [{ name: 'autoinst.xml', template: 'autoyast/autoinst.xml.hbs', format: 'xml', mediaType: 'application/xml' }],
  options: Options,
  words: Words,
  passwords: 'crypt',
  describe: (values, options, name) => {
    const { product, version } = releaseOf(name)
    const { settings, network } = values
    const links = [...network.cards, ...network.bonds, ...network.vlans]
    const statics = links.flatMap(({ static: own }) => own ?? [])
    return {
      ...{ product, version, language: settings.language.replace(/\..*$/, '') },
      ...{ modules: product === 'SLES' ? modulesOf(options) : [], media: settings.mirror ?? 'relurl://' },
      registration: product === 'SLES' ? registrationOf(options) : null,
      packages: [...new Set(['openssh', 'sudo', 'curl', ...settings.packages])],
      kernelArguments: [...values.consoles.map((one) => `console=${one}`), ...values.kernelArguments].join(' ') || null,
      ...{ drives: autoyastDrives(values.storage), links: linksOf(values) },
      routes: links.flatMap(({ name: device, static: own }) =>
        own?.gateway == null ? [] : [{ gateway: own.gateway, device }],
      ),
      nameServers: [...new Set(statics.flatMap(({ dns }) => dns))],
      searches: [...new Set(statics.flatMap(({ search }) => search))],
      admins: settings.users.filter(({ admin }) => admin).map((user) => user.name),
      ...callbacks(values),
    }
  },
  kernelArguments: ({ urls, settings }, _options, name) => {
    const source = settings.mirror ?? releaseOf(name).source
    return [
      `autoyast=${urls.answers}autoinst.xml`,
      ...(source ? [`install=${source}`] : []),
      ...['netsetup=dhcp', 'textmode=1'],
      ...(settings.proxy ? [`proxy=${settings.proxy}`] : []),
      ...(urls.logPort === 514 ? [`loghost=${urls.logHost}`] : []),
    ]
  },
  install: { faults: [] },
  done: 'a chroot script calls back at the end of the first stage; the first start of the new system proves it',
  proof: 'judged',
  judge: async ([file]) => (file ? judgeAutoyast(file) : []),
  unjudged: [
    'whether packages, patterns and modules exist in the installation source',
    'whether the disks have these paths in the installer',
    'sections of servers and services that Slipway does not render: only that they are well-formed',
    'failures before the new system is there: AutoYaST has no hook for them, and a run ends by silence',
  ],
})

const callbacks = ({ urls }: InstallValues) => ({
  started: `${urls.callback}/started`,
  installed: `${urls.callback}/installed`,
  failed: `${urls.callback}/failed`,
})

/** The medium names the folder of a module by its title. */
const modulesOf = ({ modules }: Options) =>
  modules.map((module) => ({
    name: `sle-module-${module}`,
    folder: `/Module-${module.replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase())}`,
  }))

const registrationOf = ({ registration }: Options) =>
  registration && { ...registration, code: { ...registration.code, form: 'plain' as const } }

const SLAVES = [0, 1, 2, 3, 4, 5, 6, 7]

/** Cards are named by the layout, with a udev rule each: a kernel may call them anything. */
function linksOf({ network: { cards, bonds, vlans } }: InstallValues) {
  const slaves = new Set(bonds.flatMap(({ members }) => members))
  const base = { bondOptions: null, vlanId: null, over: null }
  const address = ({ name, dhcp, static: own, mtu }: InstallLink) => ({
    ...{ name, mtu, static: own, bootproto: dhcp ? 'dhcp4' : own ? 'static' : 'none' },
  })
  return [
    ...cards.map((card) => ({ ...base, ...address(slaves.has(card.name) ? { ...card, dhcp: false } : card) })),
    ...bonds.map((bond) => ({
      ...{ ...base, ...address(bond), bondOptions: `mode=${bond.mode} miimon=100` },
      ...Object.fromEntries(SLAVES.map((at) => [`slave${at}`, bond.members[at] ?? null])),
    })),
    ...vlans.map((vlan) => ({ ...base, ...address(vlan), vlanId: vlan.id, over: vlan.over })),
  ]
}
