import { formatBytes } from '../core/quantity.ts'
import type { DoctorRow } from '../domain/doctor.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import type { MadeMedium, MediaWish } from '../domain/media-kind.ts'
import type { Call, Command } from './command.ts'
import { drawDoctor } from './doctor-text.ts'

export type Progress = (done: number, total: number) => void
/** `sha256` of the file, where it is known, is checked before anything is stored. */
export type ImageImportWish = {
  file: string
  format: string | undefined
  name: string
  version: string
  sha256?: string | undefined
}
export type ScanSaid = {
  engine: string
  signatures: string | undefined
  files: number
  bytes: number
  found: { file: string; virus: string }[]
  notRead: string[]
}
type KeyTold = { id: string; raw: string }
/**
 * How a medium starts its agent; `erase`: it writes a disk that is not empty too, without being asked; `report`: the address of
 * the appliance that hears how it ended.
 */
export type MediumOptions = {
  flavour: string
  erase: boolean
  kernelArguments: string[]
  report: string | undefined
}
export type ExportWish = { name: string; version: string; wish: MediaWish; iso: MediumOptions }
type ShareTold = { stored: number; exclusive: number; shared: number }
export type SpaceTold = {
  bytes: number
  blobs: number
  images: (ShareTold & { name: string; versions: (ShareTold & { version: string })[] })[]
}
export type ScrubTold = {
  blobs: number
  bytes: number
  faults: { digest: string; problem: string; healedFrom: string | undefined }[]
}
/** What commands on the appliance itself may do, before any token exists. Sizes in bytes. */
export type ApplianceDoor = {
  serve(call: Call): Promise<number>
  printConfig(): unknown
  doctor(): Promise<DoctorRow[]>
  addUser(
    name: string,
    role: string,
    withToken: boolean,
  ): Promise<{ name: string; role: string; link: string; token: string | undefined }>
  buildRamdisk(
    flavour: string,
    fresh: boolean,
    onStep: (step: string) => void,
  ): Promise<{ flavour: string; release: string; bytes: number; digest: string }>
  /** What `signal` stops leaves nothing behind. */
  buildImage(
    recipe: string,
    version: string | undefined,
    fresh: boolean,
    onStep: (step: string) => void,
    onProgress: Progress,
    signal: AbortSignal,
  ): Promise<ImageVersion>
  /** `format` as a word or by the file's own name; where `name` or `version` lack, request.invalid. */
  importImage(wish: ImageImportWish, onProgress: Progress): Promise<ImageVersion>
  verifyImage(
    name: string,
    version: string | undefined,
    deep: boolean,
    onProgress: Progress,
  ): Promise<{ digest: string; signedBy: string; faults: string[] }>
  /** Throws config.invalid when no upstream is set. */
  syncDepot(onProgress: Progress): Promise<{
    versions: { name: string; version: string; fetched: number; bytes: number }[]
    moved: string[]
    refused: string[]
  }>
  /** `sbom`: CycloneDX 1.6 in JSON. */
  imageSbom(name: string, version: string, onProgress: Progress): Promise<{ packages: number; sbom: string }>
  scanImage(name: string, version: string, onProgress: Progress): Promise<ScanSaid>
  archiveImage(
    name: string,
    version: string,
    file: string,
    onProgress: Progress,
  ): Promise<{ file: string; bytes: number; sha256: string; state: string }>
  /** The own key first; `raw`: 32 bytes in base64. */
  imageKeys(): Promise<KeyTold[]>
  rotateImageKey(): Promise<KeyTold>
  trustImageKey(file: string): Promise<KeyTold>
  distrustImageKey(id: string): Promise<void>
  /** What nothing needs: told, or removed. */
  collectGarbage(isDryRun: boolean, onProgress: Progress): Promise<{ blobs: number; bytes: number; versions: string[] }>
  imageSpace(): Promise<SpaceTold>
  scrubImages(): Promise<ScrubTold>
  exportImage(wish: ExportWish, onStep: (step: string) => void, onProgress: Progress): Promise<MadeMedium[]>
  /** The public key of this library, as SPKI PEM (RFC 8410). */
  imageKey(): Promise<{ id: string; pem: string }>
  images(): Promise<ImageVersion[]>
  image(name: string, version: string | undefined): Promise<{ row: ImageVersion; manifest: Record<string, unknown> }>
}

export const textOption = (call: Call, name: string): string | undefined => {
  const value = call.options[name]
  return typeof value === 'string' ? value : undefined
}
const PROBLEMS = 1
export const FRESH = { says: 'ignore cached artefacts' }

/** Commands that work on the appliance's own data folder. */
export function applianceCommands(door: (call: Call) => Promise<ApplianceDoor>): Command[] {
  return [
    {
      ...{ name: 'serve', says: 'Run the service', words: [] },
      options: { 'print-config': { says: 'print the settings in force and end' } },
      run: async (call) => {
        const appliance = await door(call)
        if (call.options['print-config'] !== true) return appliance.serve(call)
        call.print(appliance.printConfig(), JSON.stringify(appliance.printConfig(), null, 2))
        return 0
      },
    },
    {
      ...{ name: 'doctor', says: 'Check this host: ports, tools, interfaces, other DHCP servers, data', words: [] },
      options: {},
      run: async (call) => {
        const rows = await (await door(call)).doctor()
        call.print(rows, drawDoctor(rows))
        return rows.some(({ outcome }) => outcome === 'problem') ? PROBLEMS : 0
      },
    },
    {
      ...{ name: 'user add', says: 'Add a user; prints a one-time link to set the password', words: ['NAME'] },
      options: {
        role: { says: 'viewer, operator, approver or admin (default viewer)', value: 'ROLE' },
        token: { says: 'make an API token too' },
      },
      run: async (call) => {
        const user = await (await door(call)).addUser(
          call.words[0]!,
          textOption(call, 'role') ?? 'viewer',
          call.options.token === true,
        )
        const lines = [
          `user ${user.name} (${user.role})`,
          `set the password once, within a day: ${user.link}`,
          ...(user.token ? [`token (shown once): ${user.token}`] : []),
        ]
        call.print(user, lines.join('\n'))
        return 0
      },
    },
    {
      ...{ name: 'agent build', says: 'Build the ramdisk: kernel, tools, Node and the agent', words: [] },
      options: { flavour: { says: 'cloud or generic (default cloud)', value: 'NAME' }, fresh: FRESH },
      run: async (call) => {
        const flavour = textOption(call, 'flavour') ?? 'cloud'
        const ramdisk = await (await door(call)).buildRamdisk(flavour, call.options.fresh === true, (step) =>
          call.say(`ramdisk: ${step}`),
        )
        call.print(
          ramdisk,
          `ramdisk ${ramdisk.flavour}: kernel ${ramdisk.release}, ${formatBytes(ramdisk.bytes)} in all, ${ramdisk.digest}`,
        )
        return 0
      },
    },
  ]
}
