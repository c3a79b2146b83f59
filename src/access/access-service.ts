import type { Clock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { randomToken, sha256Hex } from '../core/ids.ts'
import type { Role } from '../domain/role.ts'
import { type AuditRow, sealAuditRow } from './audit-chain.ts'
import { checkPassword, hashPassword } from './password.ts'
import { createSignInLimit } from './sign-in-limit.ts'

const HOUR = 3_600_000
const SESSION_LIFE = 12 * HOUR
const LINK_LIFE = 24 * HOUR
const TOKEN_LIFE = 365 * 24 * HOUR
const NAME = /^[a-z][a-z0-9._-]{0,31}$/

type User = { name: string; role: Role; passwordHash: string | null; createdAt: number }
type Credential = {
  hash: string
  user: string
  kind: 'session' | 'token' | 'link'
  label: string
  createdAt: number
  expiresAt: number
}

export type AccessServiceDeps = {
  store: {
    addUser(user: User): Promise<void>
    findUser(name: string): Promise<User | undefined>
    listUsers(): Promise<User[]>
    setPassword(name: string, passwordHash: string): Promise<void>
    addCredential(row: Credential): Promise<void>
    findCredential(hash: string): Promise<Credential | undefined>
    takeCredential(hash: string): Promise<Credential | undefined>
    appendAudit(seal: (last: AuditRow | undefined) => AuditRow): Promise<void>
  }
  clock: Clock
}

/** Who is asking. */
export type Actor = { name: string; role: Role }
export type AccessService = ReturnType<typeof createAccessService>

/** Users, their passwords, tokens and sign-in sessions, and the audit of what they did. */
export function createAccessService({ store, clock }: AccessServiceDeps) {
  const limit = createSignInLimit(clock)
  const issue = async (user: string, kind: Credential['kind'], label: string, life: number): Promise<string> => {
    const secret = `slw_${randomToken()}`
    const now = clock.now()
    await store.addCredential({ hash: sha256Hex(secret), user, kind, label, createdAt: now, expiresAt: now + life })
    return secret
  }
  const audit = (actor: string, action: string, target: string, detail: Record<string, unknown> = {}): Promise<void> =>
    store.appendAudit((last) => sealAuditRow(last, { at: clock.now(), actor, action, target, detail }))

  return {
    audit,
    /** Adds a user without a password; the returned one-time link secret sets it. Throws user.exists, request.invalid. */
    addUser: async (name: string, role: Role, by: string): Promise<{ link: string }> => {
      if (!NAME.test(name))
        throw new AppError('request.invalid', `expected a user name of the form ${NAME}, got ${JSON.stringify(name)}`)
      await store.addUser({ name, role, passwordHash: null, createdAt: clock.now() })
      await audit(by, 'user.add', name, { role })
      return { link: await issue(name, 'link', 'first sign-in', LINK_LIFE) }
    },
    hasUsers: async (): Promise<boolean> => (await store.listUsers()).length > 0,
    /** An API token for scripts, shown once. */
    addToken: async (name: string, label: string, by: string): Promise<string> => {
      if (!(await store.findUser(name)))
        throw new AppError('resource.not_found', `expected a user, there is no ${name}`)
      await audit(by, 'token.add', name, { label })
      return issue(name, 'token', label, TOKEN_LIFE)
    },
    /** The user whose link this is, if it is still good; looking does not use it up. */
    findLink: async (secret: string): Promise<string | undefined> => {
      const row = await store.findCredential(sha256Hex(secret))
      return row?.kind === 'link' && row.expiresAt > clock.now() ? row.user : undefined
    },
    /** Uses a one-time link: sets the password and signs in. */
    useLink: async (secret: string, password: string): Promise<string> => {
      const passwordHash = await hashPassword(password)
      const row = await store.takeCredential(sha256Hex(secret))
      if (row?.kind !== 'link' || row.expiresAt <= clock.now())
        throw new AppError(
          'request.unauthenticated',
          'expected a one-time link that was not used and is not older than a day',
        )
      await store.setPassword(row.user, passwordHash)
      await audit(row.user, 'user.password', row.user)
      return issue(row.user, 'session', 'console', SESSION_LIFE)
    },
    signIn: async (name: string, password: string, address: string): Promise<string> => {
      const keys = [`user ${name}`, `address ${address}`]
      limit.assertOpen(...keys)
      // Counted before the password is judged, so that tries at once do not pass the limit together.
      limit.noteFailure(...keys)
      const user = await store.findUser(name)
      if (!(await checkPassword(password, user?.passwordHash))) {
        throw new AppError('request.unauthenticated', 'expected a known name with its password')
      }
      limit.forget(...keys)
      return issue(name, 'session', 'console', SESSION_LIFE)
    },
    signOut: (secret: string): Promise<unknown> => store.takeCredential(sha256Hex(secret)),
    /** The person behind a session or token; undefined when it is unknown, expired or a link. */
    authenticate: async (secret: string): Promise<Actor | undefined> => {
      const row = await store.findCredential(sha256Hex(secret))
      if (!row || row.kind === 'link' || row.expiresAt <= clock.now()) return undefined
      const user = await store.findUser(row.user)
      return user && { name: user.name, role: user.role }
    },
  }
}
