import { text } from 'node:stream/consumers'
import type { ApiClient } from '../client/api-client.ts'
import { AppError } from '../core/errors.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'

type Kept = { name: string; at: number; by: string }

/** Commands about the secrets that answer files take. A secret is read from standard input: arguments are seen by others. */
export function secretCommands(client: (call: Call) => Promise<ApiClient>): Command[] {
  return [
    {
      ...{ name: 'secret list', says: 'Names of the secrets that are set', words: [], options: {} },
      run: async (call) => {
        const secrets = (await (await client(call)).get('/secrets')) as Kept[]
        const rows = secrets.map(({ name, at, by }) => [name, new Date(at).toISOString(), by])
        call.print(secrets, rows.length === 0 ? 'No secret is set.' : formatTable(['NAME', 'SET AT', 'BY'], rows))
        return 0
      },
    },
    {
      ...{ name: 'secret set', says: 'Set a secret that answer files take; it is read from standard input' },
      ...{ words: ['NAME'], options: {} },
      run: async (call) => {
        const secret = (await text(process.stdin)).replace(/\r?\n$/, '')
        if (secret === '') throw new AppError('request.invalid', 'expected the secret on standard input, got nothing')
        await (await client(call)).put(`/secrets/${call.words[0]}`, { secret })
        call.print({ set: call.words[0] }, `${call.words[0]} is set`)
        return 0
      },
    },
    {
      ...{ name: 'secret remove', says: 'Forget a secret', words: ['NAME'], options: {} },
      run: async (call) => {
        await (await client(call)).delete(`/secrets/${call.words[0]}`)
        call.print({ removed: call.words[0] }, `${call.words[0]} is forgotten`)
        return 0
      },
    },
  ]
}
