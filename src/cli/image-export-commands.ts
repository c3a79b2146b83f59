import { formatBytes } from '../core/quantity.ts'
import { MEDIA_KINDS, type MediaKind, type MediaWish } from '../domain/media-kind.ts'
import { type ApplianceDoor, textOption } from './appliance-commands.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'
import { progressOf } from './progress-bar.ts'

/** Commands that take versions out of the library, and the key that proves where they come from. */
export const imageExportCommands = (door: (call: Call) => Promise<ApplianceDoor>): Command[] => [
  {
    ...{ name: 'image export', says: 'Write a version as signed files for the outside', words: ['NAME', 'VERSION'] },
    options: Object.fromEntries(Object.entries(MEDIA_KINDS).map(([kind, says]) => [kind, { says, value: 'FILE' }])),
    run: async (call) => {
      const [name, version] = call.words as [string, string]
      const kinds = Object.keys(MEDIA_KINDS) as MediaKind[]
      const wish: MediaWish = Object.fromEntries(
        kinds.flatMap((kind) => {
          const file = textOption(call, kind)
          return file === undefined ? [] : [[kind, file]]
        }),
      )
      const appliance = await door(call)
      const made = await progressOf('exporting', (onProgress) => appliance.exportImage(name, version, wish, onProgress))
      const rows = made.map(({ file, bytes, sha256, signedBy }) => [file, formatBytes(bytes), sha256, signedBy])
      call.print(made, formatTable(['FILE', 'SIZE', 'SHA-256', 'SIGNED BY KEY'], rows))
      return 0
    },
  },
  {
    ...{ name: 'image key', says: 'The public key that signs images and their media, for openssl' },
    ...{ words: [], options: {} },
    run: async (call) => {
      const key = await (await door(call)).imageKey()
      call.print(key, key.pem)
      return 0
    },
  },
]
