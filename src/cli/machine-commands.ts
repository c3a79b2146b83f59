import type { ApiClient } from '../client/api-client.ts'
import type { BootPreview, BootPreviewRow } from '../domain/boot-preview.ts'
import type { Drift } from '../domain/inventory-drift.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'

const ASKED = ['arch', 'class', 'segment', 'uuid'] as const

/** Commands about machines, through the API. */
export function machineCommands(client: (call: Call) => Promise<ApiClient>): Command[] {
  return [
    {
      ...{ name: 'machine boot-preview', says: 'What any MAC would be given to boot now, and why', words: ['MAC'] },
      options: {
        arch: { says: 'option 93 (default every kind of firmware)', value: 'NUMBER' },
        class: { says: 'pxe, http, ipxe or os (default all)', value: 'CLASS' },
        segment: { says: 'the segment (default that of its lease)', value: 'NAME' },
        uuid: { says: 'the UUID that it would tell', value: 'UUID' },
      },
      run: async (call) => {
        const query = new URLSearchParams({ mac: call.words[0]! })
        for (const name of ASKED) if (typeof call.options[name] === 'string') query.set(name, call.options[name])
        const preview = (await (await client(call)).get(`/boot-preview?${query}`)) as BootPreview
        call.print(preview, drawBootPreview(preview))
        return 0
      },
    },
    {
      ...{ name: 'machine power', says: 'Switch a machine by its power driver', words: ['NAME', 'on'] },
      options: {},
      run: async (call) => {
        const [name, action] = call.words as [string, string]
        const answer = (await (await client(call)).post(`/machines/${name}/power`, { action })) as { driver: string }
        call.print(answer, `${name} was told to switch ${action} (${answer.driver})`)
        return 0
      },
    },
    ...identityCommands(client),
  ]
}

type Found = { firstAt: number; runId: string; contradicts?: string; drift: Drift[] }

/** Commands about who a machine is, and what was found in it. */
function identityCommands(client: (call: Call) => Promise<ApiClient>): Command[] {
  return [
    {
      ...{
        name: 'machine history',
        says: 'What agents found in a machine, and what changed',
        words: ['NAME'],
        options: {},
      },
      run: async (call) => {
        const found = (await (await client(call)).get(`/machines/${call.words[0]}/inventories`)) as Found[]
        call.print(found, drawHistory(found))
        return 0
      },
    },
    {
      ...{ name: 'machine accept', says: 'Take over who a machine is after its board was replaced' },
      ...{ words: ['NAME'], options: {} },
      run: async (call) => {
        const api = await client(call)
        const [newest] = (await api.get(`/machines/${call.words[0]}/inventories`)) as Found[]
        await api.post(`/machines/${call.words[0]}/accept`, { runId: newest?.runId ?? 'none' })
        call.print({ accepted: call.words[0] }, `${call.words[0]} is what the agent last found there`)
        return 0
      },
    },
    {
      ...{ name: 'machine rename', says: 'Give a machine another name, with all that is told of it' },
      ...{ words: ['NAME', 'TO'], options: {} },
      run: async (call) => {
        const [name, to] = call.words as [string, string]
        await (await client(call)).post(`/machines/${name}/rename`, { to })
        call.print({ name, to }, `${name} is ${to} now`)
        return 0
      },
    },
    {
      ...{
        name: 'machine forget',
        says: 'Forget a machine; what its runs did stays told',
        words: ['NAME'],
        options: {},
      },
      run: async (call) => {
        await (await client(call)).delete(`/machines/${call.words[0]}`)
        call.print({ forgotten: call.words[0] }, `${call.words[0]} is forgotten`)
        return 0
      },
    },
  ]
}

/** A row for every field that is not what it was, the newest finding first. */
export function drawHistory(found: readonly Found[]): string {
  if (found.length === 0) return 'No agent was on this machine yet.'
  const rows = found.flatMap(({ firstAt, contradicts, drift }, index) => {
    const at = new Date(firstAt).toISOString()
    const first = contradicts ?? (index === found.length - 1 ? 'first described' : undefined)
    const told = first === undefined ? [] : [[at, contradicts ? 'NOT BELIEVED' : first, '', contradicts ?? '']]
    return [...told, ...drift.map(({ field, before, after }) => [at, field, before ?? '–', after ?? '–'])]
  })
  return formatTable(['FOUND', 'FIELD', 'BEFORE', 'AFTER'], rows)
}

/** Who was asked about, then a row a transport with its answer, and why. */
export function drawBootPreview({ mac, machine, segment, mode, rows }: BootPreview): string {
  const who = machine === undefined ? 'no registered machine' : `machine ${machine}`
  const cells = rows.map((row) => [row.transport, answerWord(row), row.answer || '–', row.why])
  return [
    `${mac}, ${who}, on segment ${segment} (${mode})`,
    '',
    formatTable(['IT ASKS BY', 'ANSWER', 'TOLD TO FETCH', 'WHY'], cells),
  ].join('\n')
}

const WORDS: Readonly<Record<BootPreviewRow['outcome'], (kind: string) => string>> = {
  answered: (kind) => kind,
  observed: (kind) => `would ${kind}`,
  silent: () => 'no answer',
}

const answerWord = ({ outcome, kind }: BootPreviewRow): string => WORDS[outcome](kind)
