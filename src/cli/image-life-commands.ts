import type { ApiClient } from '../client/api-client.ts'
import { textOption } from './appliance-commands.ts'
import type { Call, Command, Option } from './command.ts'
import { formatTable } from './format.ts'

type Client = (call: Call) => Promise<ApiClient>
type Life = {
  state: string
  channels: string[]
  statements: { kind: string; madeAt: string; by: string; body: Record<string, unknown> }[]
  broken: string[]
  machines: { machine: string; version: string }[]
}
type Channel = { channel: string; version: string | null; rollback: string | null; by: string; at: number }

const NOTE: Record<string, Option> = { note: { says: 'what is said of it, for the record', value: 'TEXT' } }
const VERSION = ['NAME', 'VERSION']

/** Commands for the life of image versions, through the API: each step is the word of whoever owns the token. */
export const imageLifeCommands = (client: Client): Command[] => [
  {
    ...{ name: 'image life', says: 'State, evidence and machines of a version', words: VERSION, options: {} },
    run: async (call) => {
      const life = (await (await client(call)).get(`${pathOf(call)}/life`)) as Life
      call.print(life, drawLife(call.words.join(' '), life))
      return 0
    },
  },
  step(client, 'approve', 'Approve a tested version'),
  step(client, 'deprecate', 'Deploy nothing new from a version'),
  step(client, 'retire', 'Deploy a deprecated version no more'),
  ...wideSteps(client),
  ...channelCommands(client),
]

function step(client: Client, name: string, says: string): Command {
  return {
    ...{ name: `image ${name}`, says, words: VERSION, options: NOTE },
    run: async (call) => {
      const life = (await (await client(call)).post(`${pathOf(call)}/${name}`, noteOf(call))) as Life
      call.print(life, `${call.words.join(' ')} is ${life.state}`)
      return 0
    },
  }
}

function wideSteps(client: Client): Command[] {
  return [
    {
      ...{ name: 'image promote', says: 'Make a version golden on a channel', words: [...VERSION, 'CHANNEL'] },
      options: NOTE,
      run: async (call) => {
        const body = { ...noteOf(call), channel: call.words[2] }
        const life = (await (await client(call)).post(`${pathOf(call)}/promote`, body)) as Life
        call.print(life, `${call.words.slice(0, 2).join(' ')} is ${life.state} on ${life.channels.join(', ')}`)
        return 0
      },
    },
    {
      ...{ name: 'image revoke', says: 'Never boot a version again, nor what was built from it', words: VERSION },
      options: NOTE,
      run: async (call) => {
        const done = (await (await client(call)).post(`${pathOf(call)}/revoke`, noteOf(call))) as {
          versions: { name: string; version: string }[]
          machines: Life['machines']
          cancelled: string[]
        }
        const versions = done.versions.map(({ name, version }) => `${name} ${version}`)
        const ended = `${done.cancelled.length} open runs of them were ended`
        call.print(done, [`revoked: ${versions.join(', ')}`, ended, '', drawMachines(done.machines)].join('\n'))
        return 0
      },
    },
  ]
}

function channelCommands(client: Client): Command[] {
  return [
    {
      ...{ name: 'image channels', says: 'What the channels of an image point at', words: ['NAME'], options: {} },
      run: async (call) => {
        const rows = (await (await client(call)).get(`/image-channels/${segment(call.words[0]!)}`)) as Channel[]
        const cells = rows.map(({ channel, version, rollback, by, at }) => [
          ...[channel, version ?? '–', rollback ?? '–', by, new Date(at).toISOString()],
        ])
        call.print(rows, formatTable(['CHANNEL', 'GOLDEN', 'ROLLS BACK TO', 'BY', 'SINCE'], cells))
        return 0
      },
    },
    {
      ...{ name: 'image rollback', says: 'Point a channel at what it pointed at before', words: ['NAME', 'CHANNEL'] },
      options: NOTE,
      run: async (call) => {
        const [name, channel] = call.words.map(segment) as [string, string]
        const path = `/image-channels/${name}/${channel}/rollback`
        const row = (await (await client(call)).post(path, noteOf(call))) as { name: string; version: string }
        call.print(row, `${row.name} ${row.version} is golden on ${call.words[1]} again`)
        return 0
      },
    },
  ]
}

/** State and channels, then the evidence in the order in which it was signed, then the machines. */
export function drawLife(which: string, { state, channels, statements, broken, machines }: Life): string {
  const evidence = statements.map(({ kind, madeAt, by, body }) => [kind, madeAt, by, gist(body)])
  return [
    `${which}: ${state}${channels.length > 0 ? ` on ${channels.join(', ')}` : ''}`,
    '',
    evidence.length > 0 ? formatTable(['EVIDENCE', 'SIGNED', 'BY', 'SAYS'], evidence) : 'no evidence on record',
    ...broken.map((fault) => `does not hold: ${fault}`),
    '',
    drawMachines(machines),
  ].join('\n')
}

const drawMachines = (machines: Life['machines']): string =>
  machines.length === 0
    ? 'no machine runs it'
    : formatTable(
        ['MACHINE', 'RUNS'],
        machines.map(({ machine, version }) => [machine, version]),
      )

/** The plain words and numbers of a statement; lists are counted. */
const gist = (body: Record<string, unknown>): string =>
  Object.entries(body)
    .filter(([, value]) => value !== null && value !== '')
    .map(([name, value]) => `${name} ${Array.isArray(value) ? `(${value.length})` : shorten(value)}`)
    .join(', ')

const shorten = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}

const segment = (word: string): string => encodeURIComponent(word)
const pathOf = (call: Call): string => `/images/${segment(call.words[0]!)}/${segment(call.words[1]!)}`
const noteOf = (call: Call): { note: string } => ({ note: textOption(call, 'note') ?? '' })
