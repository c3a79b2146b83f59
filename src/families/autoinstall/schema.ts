import * as z from 'zod'
import { NetplanSchema } from '../netplan-schema.ts'
import { StorageConfig } from './storage-schema.ts'

const strings = z.array(z.string())
const commands = z.array(z.union([z.string(), strings]))

const Guided = z.strictObject({
  ...{ name: z.enum(['lvm', 'direct', 'zfs', 'hybrid']), mode: z.enum(['reformat_disk', 'use_gap']).optional() },
  ...{ match: z.unknown().optional(), ptable: z.string().optional(), password: z.string().optional() },
  ...{ 'sizing-policy': z.enum(['scaled', 'all']).optional(), 'reset-partition': z.unknown().optional() },
  ...{ 'reset-partition-only': z.boolean().optional(), encrypted: z.boolean().optional() },
})
const Storage = z
  .strictObject({
    ...{ layout: Guided.optional(), config: StorageConfig.optional(), version: z.literal([1, 2]).optional() },
    swap: z.looseObject({ size: z.union([z.int(), z.string()]).optional() }).optional(),
    grub: z.looseObject({}).optional(),
  })
  .refine(({ layout, config }) => (layout === undefined) !== (config === undefined), 'expected either layout or config')
const Identity = z.strictObject({
  username: z.string().regex(/^[a-z_][a-z0-9_-]*$/, 'expected a login name'),
  hostname: z.string(),
  password: z.string().regex(/^\$/, 'expected a hash of crypt(3)'),
  realname: z.string().optional(),
  groups: z.union([strings, z.looseObject({})]).optional(),
})

/** Answers to Subiquity, version 1 (Ubuntu's autoinstall reference); `user-data` is judged as a cloud-config. */
export const Autoinstall = z
  .strictObject({
    version: z.literal(1, 'expected version 1'),
    ...{ 'interactive-sections': strings.optional(), locale: z.string().optional(), timezone: z.string().optional() },
    ...{
      'early-commands': commands.optional(),
      'late-commands': commands.optional(),
      'error-commands': commands.optional(),
    },
    reporting: z
      .record(z.string(), z.looseObject({ type: z.enum(['print', 'rsyslog', 'webhook', 'none', 'journald']) }))
      .optional(),
    'refresh-installer': z.strictObject({ update: z.boolean().optional(), channel: z.string().optional() }).optional(),
    keyboard: z
      .strictObject({ layout: z.string(), variant: z.string().optional(), toggle: z.string().nullable().optional() })
      .optional(),
    source: z.looseObject({ search_drivers: z.boolean().optional(), id: z.string().optional() }).optional(),
    network: z.union([NetplanSchema, z.strictObject({ network: NetplanSchema })]).optional(),
    proxy: z.string().nullable().optional(),
    apt: z.looseObject({ fallback: z.enum(['abort', 'continue-anyway', 'offline-install']).optional() }).optional(),
    ...{ storage: Storage.optional(), identity: Identity.optional() },
    'active-directory': z.looseObject({}).optional(),
    ...{ 'ubuntu-pro': z.looseObject({}).optional(), 'ubuntu-advantage': z.looseObject({}).optional() },
    ssh: z
      .looseObject({
        ...{ 'install-server': z.boolean().optional(), 'allow-pw': z.boolean().optional() },
        'authorized-keys': strings.optional(),
      })
      .optional(),
    codecs: z.looseObject({}).optional(),
    drivers: z.looseObject({}).optional(),
    oem: z.looseObject({}).optional(),
    snaps: z
      .array(z.strictObject({ name: z.string(), channel: z.string().optional(), classic: z.boolean().optional() }))
      .optional(),
    'debconf-selections': z.string().optional(),
    packages: strings.optional(),
    kernel: z.looseObject({ package: z.string().optional(), flavor: z.string().optional() }).optional(),
    'kernel-crash-dumps': z.strictObject({ enabled: z.boolean().nullable() }).optional(),
    ...{ updates: z.enum(['security', 'all']).optional(), shutdown: z.enum(['reboot', 'poweroff']).optional() },
    ...{ 'user-data': z.looseObject({}).optional(), zdevs: z.array(z.looseObject({})).optional() },
  })
  .refine(
    (answers) =>
      answers.identity !== undefined ||
      answers['user-data'] !== undefined ||
      (answers['interactive-sections'] ?? []).some((section) => section === '*' || section === 'identity'),
    'expected identity or user-data, without which nobody can log in',
  )
