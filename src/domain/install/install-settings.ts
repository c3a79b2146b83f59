import * as z from 'zod'
import { SecretReference } from './secret-reference.ts'

/** One line of text for people: no control characters, nothing at its ends that formats without quotes would lose. */
const Label = z
  .string()
  .max(256)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'expected one line without control characters')
const HttpUrl = z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }).max(2048)
const SshKey = z
  .string()
  .max(4096)
  .regex(
    /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]+=* ?[^\p{Cc}\u2028\u2029]*$/u,
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

/** What a person may set of an installation, whatever the family; each field on the segment, profile, machine or run. */
export const InstallSettings = z.strictObject({
  language: z
    .string()
    .regex(/^[a-z]{2,3}_[A-Z]{2}(\.UTF-8)?$/, 'expected a locale like en_US.UTF-8')
    .default('en_US.UTF-8')
    .describe('locale of the system'),
  keyboard: z
    .string()
    .regex(/^[a-z]{2,8}$/, 'expected a keyboard layout like us')
    .default('us')
    .describe('keyboard layout, by its XKB name'),
  timezone: z
    .string()
    .regex(/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+){0,2}$/, 'expected a time zone like Europe/Berlin')
    .default('Etc/UTC')
    .describe('time zone, by its name in the IANA database'),
  organization: Label.default('').describe('to whom the system is registered'),
  rootPassword: SecretReference.nullable().default(null).describe('none locks the account'),
  sshKeys: z.array(SshKey).max(32).default([]).describe('public keys of OpenSSH for root or its like'),
  users: z.array(InstallUser).max(32).default([]).describe('further accounts'),
  packages: z.array(PackageName).max(1024).default([]).describe('packages and groups beside the family’s own'),
  mirror: HttpUrl.nullable().default(null).describe('where the family’s packages are; none is the vendor’s own place'),
  proxy: HttpUrl.nullable().default(null).describe('proxy for packages'),
  ntp: z
    .array(z.union([z.hostname(), z.ipv4()]))
    .max(8)
    .default([])
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
    .default([])
    .describe('lines of shell that run in the new system at the end'),
})
export type InstallSettings = z.infer<typeof InstallSettings>
