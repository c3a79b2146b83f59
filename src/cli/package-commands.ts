import type { ApiClient } from '../client/api-client.ts'
import { formatBytes } from '../core/quantity.ts'
import type { PackageStand, PackageStands } from '../domain/package-stand.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'

/** What can be done with a source: how it is called, and what it is then. */
const STEPS = [
  { step: 'pin', says: 'Keep a source of packages as it is: its lists stay, nothing of it goes', done: 'is pinned' },
  { step: 'unpin', says: 'Let a source of packages follow its archive again', done: 'follows its archive' },
] as const

/** Commands about the cache of packages. Sources are made by `slipway apply -f`. */
export function packageCommands(client: (call: Call) => Promise<ApiClient>): Command[] {
  return [
    {
      ...{ name: 'package list', says: 'Sources of packages, what is kept of each, and how often that was enough' },
      ...{ words: [], options: {} },
      run: async (call) => {
        const stands = (await (await client(call)).get('/package-cache')) as PackageStands
        call.print(stands, standsText(stands))
        return 0
      },
    },
    ...STEPS.map(
      ({ step, says, done }): Command => ({
        ...{ name: `package ${step}`, says, words: ['NAME'], options: {} },
        run: async (call) => {
          const name = call.words[0]!
          await (await client(call)).post(`/package-sources/${encodeURIComponent(name)}/${step}`)
          call.print({ [step]: name }, `${name} ${done}`)
          return 0
        },
      }),
    ),
    {
      ...{ name: 'package remove', says: 'Remove a source of packages with all that is kept of it' },
      ...{ words: ['NAME'], options: {} },
      run: async (call) => {
        const name = call.words[0]!
        await (await client(call)).delete(`/package-sources/${encodeURIComponent(name)}`)
        call.print({ removed: name }, `${name} is removed`)
        return 0
      },
    },
  ]
}

function standsText({ sources, usedBytes, mostBytes }: PackageStands): string {
  const room = `${formatBytes(usedBytes)} of ${formatBytes(mostBytes)} are taken.`
  if (sources.length === 0) return `No source is set: slipway apply -f makes one of kind PackageSource. ${room}`
  const header = ['SOURCE', 'URL', 'FILES', 'BYTES', 'HITS', 'MISSES', 'PINNED SINCE']
  return `${formatTable(header, sources.map(cellsOf))}\n\n${room}`
}

const cellsOf = ({ name, url, files, bytes, hits, misses, pinnedAt }: PackageStand): string[] => [
  ...[name, url, String(files), formatBytes(bytes), String(hits), String(misses)],
  pinnedAt === undefined ? '' : new Date(pinnedAt).toISOString(),
]
