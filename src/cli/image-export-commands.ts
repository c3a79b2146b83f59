import { formatBytes } from '../core/quantity.ts'
import { MEDIA_KINDS, type MediaKind, type MediaWish } from '../domain/media-kind.ts'
import { type ApplianceDoor, type MediumOptions, textOption } from './appliance-commands.ts'
import type { Call, Command, Option } from './command.ts'
import { formatTable } from './format.ts'
import { progressOf } from './progress-bar.ts'

/** Commands that take versions out of the library, and the key that proves where they come from. */
export const imageExportCommands = (door: (call: Call) => Promise<ApplianceDoor>): Command[] => [
  {
    ...{ name: 'image export', says: 'Write a version as signed files for the outside', words: ['NAME', 'VERSION'] },
    options: {
      ...Object.fromEntries(Object.entries(MEDIA_KINDS).map(([kind, says]) => [kind, { says, value: 'FILE' }])),
      ...MEDIUM_OPTIONS,
    },
    run: async (call) => {
      const [name, version] = call.words as [string, string]
      const appliance = await door(call)
      const made = await progressOf('exporting', (onProgress) =>
        appliance.exportImage(
          { name, version, wish: wishOf(call), iso: mediumOf(call) },
          (step) => call.say(`ramdisk: ${step}`),
          onProgress,
        ),
      )
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

const MEDIUM_OPTIONS: Record<string, Option> = {
  flavour: { says: 'of the medium: generic, or cloud for virtual machines (default generic)', value: 'NAME' },
  erase: { says: 'of the medium: write the disk even where it is not empty, without being asked' },
  report: { says: 'of the medium: this appliance, to be told how it ended where a network is', value: 'ADDRESS' },
  'kernel-arguments': { says: 'of the medium: more words for its kernel', value: 'WORDS' },
}

const mediumOf = (call: Call): MediumOptions => ({
  flavour: textOption(call, 'flavour') ?? 'generic',
  erase: call.options.erase === true,
  report: textOption(call, 'report'),
  kernelArguments: (textOption(call, 'kernel-arguments') ?? '').split(' ').filter(Boolean),
})

function wishOf(call: Call): MediaWish {
  const kinds = Object.keys(MEDIA_KINDS) as MediaKind[]
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const file = textOption(call, kind)
      return file === undefined ? [] : [[kind, file]]
    }),
  )
}
