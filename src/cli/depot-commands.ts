import type { ApiClient } from '../client/api-client.ts'
import { formatBytes } from '../core/quantity.ts'
import type { ApplianceDoor } from './appliance-commands.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'
import { progressOf } from './progress-bar.ts'

type Stand = {
  name: string
  at: number
  channels: { image: string; channel: string; version: string; behindChunks: number; behindBytes: number }[]
}

/** Commands for depots: on one, and on the appliance that they follow. */
export const depotCommands = (
  door: (call: Call) => Promise<ApplianceDoor>,
  client: (call: Call) => Promise<ApiClient>,
): Command[] => [
  {
    ...{ name: 'depot sync', says: 'Bring in what the upstream’s channels point at', words: [], options: {} },
    run: async (call) => {
      const appliance = await door(call)
      const done = await progressOf('fetching', (onProgress) => appliance.syncDepot(onProgress))
      const lines = [
        ...done.versions.map(
          ({ name, version, fetched, bytes }) => `${name} ${version}: ${fetched} blobs, ${formatBytes(bytes)}`,
        ),
        ...done.moved.map((move) => `moved ${move}`),
        ...done.refused.map((why) => `could not follow: ${why}`),
      ]
      call.print(done, lines.length === 0 ? 'nothing new' : lines.join('\n'))
      return done.refused.length === 0 ? 0 : 1
    },
  },
  {
    ...{ name: 'depot list', says: 'Depots, and how far each is behind', words: [], options: {} },
    run: async (call) => {
      const stands = (await (await client(call)).get('/depots')) as Stand[]
      const cells = stands.flatMap(({ name, at, channels }) =>
        channels.map(({ image, channel, version, behindChunks, behindBytes }) => [
          ...[name, image, channel, version, new Date(at).toISOString()],
          behindChunks === 0 ? 'has all' : `behind by ${behindChunks} chunks, ${formatBytes(behindBytes)}`,
        ]),
      )
      call.print(stands, formatTable(['DEPOT', 'IMAGE', 'CHANNEL', 'GOLDEN', 'REPORTED', ''], cells))
      return 0
    },
  },
]
