import type * as z from 'zod'
import { Machine } from '../machine.ts'
import { type ImportProblem, type ImportRow, told } from './import-row.ts'

export type ImportOutcome = 'added' | 'replaced' | 'same' | 'bad'
/** What became, or would become, of a row. */
export type ImportVerdict = { row: number; name: string; outcome: ImportOutcome; problems: ImportProblem[] }
/** `machines` are those to be saved, in the file's order. */
export type ImportJudgement = { verdicts: ImportVerdict[]; machines: Machine[] }
/** A machine that is registered; one that was only discovered becomes a registered one. */
export type RegisteredMachine = Machine & { discoveredAt?: number | undefined }

type Known = {
  byName: Map<string, RegisteredMachine>
  nameByMac: Map<string, string>
  namesByUuid: Map<string, Set<string>>
}

/**
 * Judges rows one after the other, as if each were saved before the next: a row that claims a name, MAC or UUID which an
 * earlier row or another machine has is bad, and says whose it is. A row with a registered machine's name replaces it.
 */
export function judgeImport(
  rows: readonly ImportRow[],
  registered: readonly RegisteredMachine[],
  profiles: ReadonlySet<string>,
): ImportJudgement {
  const known: Known = { byName: new Map(), nameByMac: new Map(), namesByUuid: new Map() }
  for (const machine of registered) remember(known, machine)
  const rowOf = new Map<string, number>()
  const machines: Machine[] = []
  const verdicts = rows.map((row): ImportVerdict => {
    const parsed = Machine.safeParse({ ...kept(row, known.byName.get(row.name)), ...row.fields })
    const problems = [
      ...row.problems,
      ...(parsed.success
        ? explain(parsed.data, known, rowOf, profiles)
        : parsed.error.issues.map((one) => fromIssue(one, row.fields))),
    ]
    const { name } = row
    if (!parsed.success || problems.length > 0) return { row: row.row, name, outcome: 'bad', problems }
    const before = known.byName.get(name)
    const outcome = before === undefined ? 'added' : isSame(before, parsed.data) ? 'same' : 'replaced'
    remember(known, parsed.data)
    rowOf.set(name, row.row)
    if (outcome !== 'same') machines.push(parsed.data)
    return { row: row.row, name, outcome, problems }
  })
  return { verdicts, machines }
}

/** What a registered machine keeps, because the file does not speak of it. */
const kept = ({ keeps = [] }: ImportRow, before: RegisteredMachine | undefined): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(before ?? {}).filter(([field, value]) => keeps.includes(field) && value !== undefined),
  )

function explain(machine: Machine, known: Known, rowOf: Map<string, number>, profiles: ReadonlySet<string>) {
  const { name, macs, uuid, profile } = machine
  const problems: ImportProblem[] = []
  const whose = (owner: string): string => (rowOf.has(owner) ? `${owner}’s in row ${rowOf.get(owner)}` : `${owner}’s`)
  const add = (field: string, expected: string, got: string) => problems.push({ field, expected, got })
  if (rowOf.has(name)) add('name', 'a name of its own', `${name} as in row ${rowOf.get(name)}`)
  if (profile !== undefined && !profiles.has(profile)) add('profile', 'a hardware profile that is there', told(profile))
  for (const [at, mac] of macs.entries()) {
    const owner = known.nameByMac.get(mac)
    if (owner !== undefined && owner !== name) add(`macs.${at}`, 'a MAC of its own', `${mac}, which is ${whose(owner)}`)
    if (macs.indexOf(mac) < at) add(`macs.${at}`, 'each MAC once', `${mac} again`)
  }
  const twin = uuid === undefined || machine.sharesUuid ? undefined : twinOf(known, name, uuid)
  if (twin !== undefined) add('uuid', 'a UUID of its own, or sharesUuid', `${uuid}, which is ${whose(twin)}`)
  return problems
}

const twinOf = ({ namesByUuid, byName }: Known, name: string, uuid: string): string | undefined =>
  [...(namesByUuid.get(uuid) ?? [])].find((other) => other !== name && !byName.get(other)?.sharesUuid)

function remember(known: Known, machine: RegisteredMachine): void {
  const { name, macs, uuid } = machine
  const before = known.byName.get(name)
  for (const mac of before?.macs ?? []) known.nameByMac.delete(mac)
  if (before?.uuid) known.namesByUuid.get(before.uuid)?.delete(name)
  known.byName.set(name, machine)
  for (const mac of macs) known.nameByMac.set(mac, name)
  if (uuid) known.namesByUuid.set(uuid, (known.namesByUuid.get(uuid) ?? new Set()).add(name))
}

/** Whether saving it would change nothing. */
function isSame(before: RegisteredMachine, after: Machine): boolean {
  const facts = ({ macs, uuid, serial, profile, sharesUuid = false, power, install }: Machine) =>
    JSON.stringify([macs, uuid, serial, profile, sharesUuid, power?.driver, power?.mac, install])
  return before.discoveredAt === undefined && facts(before) === facts(after)
}

/** An issue of a schema in the report's words. */
function fromIssue({ path, message }: z.core.$ZodIssue, fields: unknown): ImportProblem {
  const got = path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], fields)
  const [, expected = message] = /^(?:Invalid input: )?expected (.*?)(?:, (?:got|received) .*)?$/s.exec(message) ?? []
  return { field: path.join('.') || 'row', expected, got: told(got) }
}
