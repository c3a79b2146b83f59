import type { ApiClient } from '../client/api-client.ts'
import type { BootPreview, BootPreviewRow } from '../domain/boot-preview.ts'
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
  ]
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
