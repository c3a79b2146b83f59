import * as z from 'zod'
import { SecretReference } from './secret-reference.ts'

/** One line of text for people: no control characters, nothing at its ends that formats without quotes would lose. */
const Label = z
  .string()
  .max(256)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'expected one line without control characters')
const HttpUrl = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL', abort: true })
  .max(2048)
  .refine((url) => new URL(url).username === '' && new URL(url).password === '', 'expected a URL without a password')
const SshKey = z
  .string()
  .max(4096)
  .regex(
    /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]{16,}=*( [^\p{Cc}\u2028\u2029]*)?$/u,
    'expected a public key line of OpenSSH',
  )
const LoginName = z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'expected a login name of small letters and digits')
const PackageName = z
  .string()
  .regex(/^[A-Za-z0-9@^][A-Za-z0-9.+_:@^/-]{0,127}$/, 'expected the name of a package or group')

export const InstallUser = z.strictObject({
  name: LoginName.describe('login name'),
  fullName: Label.default('').describe('the person'),
  password: SecretReference.nullable().default(null).describe('none locks the password'),
  sshKeys: z.array(SshKey).max(32).default([]).describe('public keys of OpenSSH'),
  admin: z.boolean().default(false).describe('may become root'),
})

const fields = {
  language: z
    .string()
    .regex(/^[a-z]{2,3}_[A-Z]{2}(\.UTF-8)?$/, 'expected a locale like en_US.UTF-8')
    .describe('locale of the system'),
  keyboard: z
    .string()
    .regex(/^[a-z]{2,8}$/, 'expected a keyboard layout like us')
    .describe('keyboard layout, by its XKB name'),
  timezone: z
    .string()
    .regex(/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+){0,2}$/, 'expected a time zone like Europe/Berlin')
    .describe('time zone, by its name in the IANA database'),
  organization: Label.describe('to whom the system is registered'),
  rootPassword: SecretReference.nullable().describe('none locks the account'),
  sshKeys: z.array(SshKey).max(32).describe('public keys of OpenSSH for root or its like'),
  users: z.array(InstallUser).max(32).describe('further accounts'),
  packages: z.array(PackageName).max(1024).describe('packages and groups beside the family’s own'),
  mirror: HttpUrl.nullable().describe('where the family’s packages are; none is the vendor’s own place'),
  proxy: HttpUrl.nullable().describe('proxy for packages'),
  ntp: z
    .array(z.union([z.hostname(), z.ipv4()]))
    .max(8)
    .describe('time servers'),
  lateCommands: z
    .array(
      z
        .string()
        .min(1)
        .max(4096)
        .regex(/^[^\p{Cc}]*$/u, 'expected one line of shell'),
    )
    .max(64)
    .describe('lines of shell that run in the new system at the end'),
}

/** What a person may set of an installation, whatever the family. */
export const InstallSettings = z.strictObject({
  language: fields.language.default('en_US.UTF-8'),
  keyboard: fields.keyboard.default('us'),
  timezone: fields.timezone.default('Etc/UTC'),
  organization: fields.organization.default(''),
  rootPassword: fields.rootPassword.default(null),
  sshKeys: fields.sshKeys.default([]),
  users: fields.users.default([]),
  packages: fields.packages.default([]),
  mirror: fields.mirror.default(null),
  proxy: fields.proxy.default(null),
  ntp: fields.ntp.default([]),
  lateCommands: fields.lateCommands.default([]),
})
export type InstallSettings = z.infer<typeof InstallSettings>

/** What counts where nobody says anything. */
export const DEFAULT_SETTINGS: InstallSettings = InstallSettings.parse({})

/**
 * The settings that a segment, a profile, a machine or a run says something of; `families` are the options of families by
 * their names, which each family checks itself.
 */
export const InstallLayer = z
  .strictObject(fields)
  .partial()
  .extend({ families: z.record(z.string().max(32), z.record(z.string().max(64), z.json())).optional() })
export type InstallLayer = z.infer<typeof InstallLayer>
