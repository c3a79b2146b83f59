import { open } from 'node:fs/promises'
import { type Loader, loaderNamed } from '../boot/firmware.ts'
import type { BootDecision, LoaderFamily } from '../domain/boot.ts'
import { BOOT_FILE_EVENTS, bootOf } from '../domain/run/boot-file-events.ts'
import type { RunKind } from '../domain/run/run.ts'
import type { RunEventType } from '../domain/run/run-events.ts'
import type { TftpFile } from '../servers/tftp/block-reader.ts'
import type { TftpSighting } from '../servers/tftp/tftp-server.ts'
import type { createBootAnswers } from './boot-answers.ts'
import { createFileMemory } from './file-memory.ts'

export type TftpFilesDeps = {
  decideForMac(mac: string): Promise<BootDecision>
  /** Somebody chose discovery in the menu of an unknown machine. */
  choseDiscovery(mac: string): Promise<BootDecision>
  grubScript: ReturnType<typeof createBootAnswers>['grubScript']
  /** The file of a loader. */
  loaderPath(loader: Loader): string
  bootFiles(runId: string): Promise<{ kernel: string; initrd: string }>
  noteLocal(mac: string, detail: Record<string, unknown>): void
}

const loaders = createFileMemory()

type What = { kind: 'loader'; loader: Loader } | { kind: (typeof GRUB_FILES)[keyof typeof GRUB_FILES] }

/** What GRUB asks for: its script at its prefix, what that script names, and what the menu of an unknown machine does. */
const GRUB_FILES = {
  'grub/grub.cfg': 'script',
  'grub/disk.cfg': 'disk',
  'grub/discover.cfg': 'discover',
  'boot/kernel': 'kernel',
  'boot/initrd': 'initrd',
} as const

/**
 * What a name stands for, with or without slashes before it; undefined for everything else that shim and GRUB look for
 * (revocations, certificates, lists of modules), which is not there.
 */
export function readTftpName(name: string): What | undefined {
  const bare = name.replace(/^\/+/, '')
  const loader = loaderNamed(bare)
  if (loader && loader.from !== 'built') return { kind: 'loader', loader }
  return Object.hasOwn(GRUB_FILES, bare) ? { kind: GRUB_FILES[bare as keyof typeof GRUB_FILES] } : undefined
}

/** What a loader of this name leads to; nothing for other names. */
export function familyOf(name: string): { family?: LoaderFamily } {
  const loader = loaderNamed(name)
  return loader ? { family: loader.family } : {}
}

/** What a machine with a lease may read by TFTP now: its loader, GRUB's script, and under a grant what that names. */
export async function openTftpFile(
  name: string,
  mac: string | undefined,
  place: { address: string },
  deps: TftpFilesDeps,
): Promise<TftpFile | undefined> {
  const what = readTftpName(name)
  if (!mac || !what) return undefined
  const decision = await deps.decideForMac(mac)
  if (what.kind === 'loader')
    return isServed(decision) ? inMemory(await loaders.read(deps.loaderPath(what.loader))) : undefined
  if (what.kind === 'kernel' || what.kind === 'initrd')
    return decision.kind === 'grant' ? onDisk((await deps.bootFiles(decision.runId))[what.kind]) : undefined
  const chosen = await CHOSEN[what.kind](decision, mac, deps)
  const script = await deps.grubScript(chosen, mac, place.address)
  if (script === undefined) return undefined
  if (chosen.kind === 'local') deps.noteLocal(mac, { by: 'tftp', name })
  return inMemory(Buffer.from(script))
}

/** What is decided for who asks for a script: as it is, or as somebody chose in the menu. */
const CHOSEN: Readonly<
  Record<
    'script' | 'disk' | 'discover',
    (decision: BootDecision, mac: string, deps: TftpFilesDeps) => Promise<BootDecision>
  >
> = {
  script: async (decision) => decision,
  // Whoever read the menu may have read it long ago.
  disk: async (decision) =>
    decision.kind === 'menu' || decision.kind === 'ignore'
      ? { kind: 'local', why: 'it was chosen in the menu' }
      : decision,
  discover: async (decision, mac, { choseDiscovery }) => (decision.kind === 'menu' ? choseDiscovery(mac) : decision),
}

const EVENTS = {
  loader: 'loaderRead',
  script: 'scriptFetched',
  disk: 'scriptFetched',
  discover: 'scriptFetched',
} as const

/**
 * The event of a run that a read under its grant is. Asking for a loader's size alone breaks the read off before its
 * first byte; what GRUB asks the size of, and what is not there, is no event.
 */
export function tftpEvent(
  { name, outcome, bytes }: Pick<TftpSighting, 'name' | 'outcome' | 'bytes'>,
  kind: RunKind,
): RunEventType | undefined {
  const what = readTftpName(name)?.kind
  if (!what || outcome === 'failed') return undefined
  if (outcome === 'complete')
    return what === 'kernel' || what === 'initrd' ? BOOT_FILE_EVENTS[bootOf(kind)][what] : EVENTS[what]
  if (what !== 'loader') return undefined
  return bytes === 0 ? 'loaderProbed' : 'loaderAborted'
}

const isServed = ({ kind }: BootDecision): boolean => kind === 'grant' || kind === 'hold' || kind === 'menu'

/** Loaders and scripts are small, so the whole is held while it is read. */
const inMemory = (bytes: Buffer): TftpFile => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
  close: async () => {},
})

async function onDisk(path: string): Promise<TftpFile> {
  const file = await open(path)
  return {
    size: (await file.stat()).size,
    read: async (offset, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    },
    close: () => file.close(),
  }
}
