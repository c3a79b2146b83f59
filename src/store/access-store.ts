import { asc, desc, eq, lt } from 'drizzle-orm'
import { AppError } from '../core/errors.ts'
import type { DatabaseDoor } from './database.ts'
import { audit, credentials, users } from './schema/access.ts'

export type User = typeof users.$inferSelect
export type Credential = typeof credentials.$inferSelect
export type AuditRow = typeof audit.$inferSelect
export type AccessStore = ReturnType<typeof createAccessStore>

/** Users, their credentials (hashes only) and the audit chain. */
export function createAccessStore(database: DatabaseDoor) {
  return {
    addUser: (user: User): Promise<void> =>
      database.unit(async (queries) => {
        const [known] = await queries.select().from(users).where(eq(users.name, user.name))
        if (known) throw new AppError('user.exists', `expected a new user name, ${user.name} is taken`)
        await queries.insert(users).values(user)
      }),
    findUser: async (name: string): Promise<User | undefined> =>
      (await database.read.select().from(users).where(eq(users.name, name)))[0],
    listUsers: (): Promise<User[]> => database.read.select().from(users).orderBy(asc(users.name)),
    setPassword: (name: string, passwordHash: string): Promise<void> =>
      database.unit(
        async (queries) => void (await queries.update(users).set({ passwordHash }).where(eq(users.name, name))),
      ),
    addCredential: (row: Credential): Promise<void> =>
      database.unit(async (queries) => void (await queries.insert(credentials).values(row))),
    findCredential: async (hash: string): Promise<Credential | undefined> =>
      (await database.read.select().from(credentials).where(eq(credentials.hash, hash)))[0],
    /** Removes a credential; true for exactly one caller, so that a one-time link works once. */
    takeCredential: (hash: string): Promise<Credential | undefined> =>
      database.unit(
        async (queries) => (await queries.delete(credentials).where(eq(credentials.hash, hash)).returning())[0],
      ),
    dropExpired: (now: number): Promise<void> =>
      database.unit(async (queries) => void (await queries.delete(credentials).where(lt(credentials.expiresAt, now)))),
    /** Appends to the chain: `seal` gets the last hash and returns the new row. */
    appendAudit: (seal: (last: AuditRow | undefined) => AuditRow): Promise<void> =>
      database.unit(async (queries) => {
        const [last] = await queries.select().from(audit).orderBy(desc(audit.seq)).limit(1)
        await queries.insert(audit).values(seal(last))
      }),
    auditRows: (): Promise<AuditRow[]> => database.read.select().from(audit).orderBy(asc(audit.seq)),
  }
}
