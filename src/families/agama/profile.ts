import * as z from 'zod'
import { StorageProfile } from './storage-profile.ts'

const text = z.string()
const list = z.array(z.string())
const keys = z.union([text, list])

const oneSource = ({ url, content, body }: { url?: unknown; content?: unknown; body?: unknown }): boolean =>
  [url, content, body].filter((one) => one !== undefined).length === 1
const EXPECTED_SOURCE = 'expected either content or url'

const script = { name: text, body: text, content: text, url: text }
const Script = z.strictObject(script).partial().required({ name: true }).refine(oneSource, EXPECTED_SOURCE)
const PostScript = z
  .strictObject({ ...script, chroot: z.boolean() })
  .partial()
  .required({ name: true })
  .refine(oneSource, EXPECTED_SOURCE)
const File = z
  .strictObject({ destination: text, content: text, url: text, permissions: text, user: text, group: text })
  .partial()
  .required({ destination: true })
  .refine(oneSource, EXPECTED_SOURCE)

const Connection = z
  .strictObject({
    id: text.min(1),
    interface: text,
    customMacAddress: text,
    macAddress: text.regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i, 'expected a MAC with colons'),
    mtu: z.int().nonnegative(),
    method4: z.enum(['auto', 'manual', 'link-local', 'disabled']),
    method6: z.enum(['auto', 'manual', 'dhcp', 'link-local', 'shared', 'disabled']),
    gateway4: z.ipv4(),
    gateway6: z.ipv6(),
    addresses: z.array(text.regex(/^[0-9a-f.:]+\/\d{1,3}$/i, 'expected an address like 192.0.2.10/24')),
    nameservers: z.array(z.union([z.ipv4(), z.ipv6()])),
    dnsSearchList: list,
    dnsSearchlist: list,
    ignoreAutoDns: z.boolean(),
    status: z.enum(['up', 'down', 'keep', 'removed']),
    autoconnect: z.boolean(),
    persistent: z.boolean(),
    wireless: z.looseObject({}),
    bond: z
      .strictObject({
        mode: z.enum([
          ...([
            'balance-rr',
            'active-backup',
            'balance-xor',
            'broadcast',
            '802.3ad',
            'balance-tlb',
            'balance-alb',
          ] as const),
        ]),
        options: text,
        ports: list,
      })
      .partial(),
    bridge: z.looseObject({ ports: list.optional() }),
    vlan: z.looseObject({ id: z.int().min(0).max(4094), parent: text }),
    match: z.looseObject({}),
    'ieee-8021x': z.looseObject({}),
  })
  .partial()
  .required({ id: true })

const Product = z
  .strictObject({
    ...{ id: text, mode: text, registrationCode: text, registrationEmail: text, registrationUrl: text },
    addons: z.array(z.looseObject({ id: text })),
  })
  .partial()
  .required({ id: true })

const User = z
  .strictObject({
    ...{ fullName: text, userName: text, password: text, hashedPassword: z.boolean() },
    ...{ sshPublicKey: keys, sshPublicKeys: keys },
  })
  .partial()
  .required({ fullName: true, userName: true, password: true })

/** A profile of Agama, with what its releases of 16.0 and 16.1 know (Agama’s published description of profiles). */
export const AgamaProfile = z
  .strictObject({
    $schema: text,
    product: Product,
    hostname: z.looseObject({ static: text.optional(), transient: text.optional() }),
    l10n: z.strictObject({ locale: text, keymap: text, timezone: text }).partial(),
    localization: z.strictObject({ language: text, keyboard: text, timezone: text }).partial(),
    questions: z.strictObject({ policy: z.enum(['auto', 'user']), answers: z.array(z.looseObject({})) }).partial(),
    root: z
      .strictObject({ password: text, hashedPassword: z.boolean(), sshPublicKey: keys, sshPublicKeys: keys })
      .partial(),
    user: User,
    software: z
      .strictObject({
        patterns: z.union([list, z.strictObject({ add: list, remove: list }).partial()]),
        packages: list,
        onlyRequired: z.boolean(),
        extraRepositories: z.array(z.looseObject({ alias: text.optional(), url: text.optional() })),
      })
      .partial(),
    bootloader: z
      .looseObject({
        stopOnBootMenu: z.boolean(),
        timeout: z.int().nonnegative(),
        extraKernelParams: text,
        updateNvram: z.boolean(),
      })
      .partial()
      .refine(({ stopOnBootMenu, timeout }) => stopOnBootMenu === undefined || timeout === undefined, {
        message: 'expected either stopOnBootMenu or timeout',
      }),
    network: z.strictObject({ state: z.looseObject({}), connections: z.array(Connection) }).partial(),
    proxy: z.looseObject({}),
    ntp: z.looseObject({
      sources: z.array(z.looseObject({ type: z.enum(['pool', 'server', 'peer']), address: text })).optional(),
    }),
    security: z.looseObject({}),
    access: z
      .strictObject({ ssh: z.enum(['enabled', 'default']), webConsole: z.enum(['enabled', 'default']) })
      .partial(),
    storage: StorageProfile,
    legacyAutoyastStorage: z.array(z.looseObject({})),
    files: z.array(File),
    scripts: z
      .strictObject({
        pre: z.array(Script),
        postPartitioning: z.array(Script),
        post: z.array(PostScript),
        init: z.array(Script),
      })
      .partial(),
    ...{ iscsi: z.unknown(), dasd: z.unknown(), zfcp: z.unknown() },
  })
  .partial()
export type AgamaProfile = z.infer<typeof AgamaProfile>
