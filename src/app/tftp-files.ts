import { loaderNamed } from '../boot/firmware.ts'
import type { BootDecision } from '../domain/boot.ts'
import type { TftpFile } from '../servers/tftp/block-reader.ts'
import type { createBootAnswers } from './boot-answers.ts'
import { createFileMemory } from './file-memory.ts'

export type TftpFilesDeps = {
  decideForMac(mac: string): Promise<BootDecision>
  grubScript: ReturnType<typeof createBootAnswers>['grubScript']
  noteLocal(mac: string, detail: Record<string, unknown>): void
}

const loaders = createFileMemory()

/** What GRUB asks for at its prefix, with or without the slash before it. */
const GRUB_SCRIPT = /^\/?grub\/grub\.cfg$/

/** What a machine with a lease may read by TFTP now: its loader, and the script that sends GRUB to the disk. */
export async function openTftpFile(
  name: string,
  mac: string | undefined,
  place: { address: string },
  deps: TftpFilesDeps,
): Promise<TftpFile | undefined> {
  const loader = loaderNamed(name)
  if (!mac || !(loader || GRUB_SCRIPT.test(name))) return undefined
  const decision = await deps.decideForMac(mac)
  if (loader) return isServed(decision) ? inMemory(await loaders.read(loader.source)) : undefined
  const script = deps.grubScript(decision, place.address)
  if (script === undefined) return undefined
  if (decision.kind === 'local') deps.noteLocal(mac, { by: 'tftp', name })
  return inMemory(Buffer.from(script))
}

const isServed = ({ kind }: BootDecision): boolean => kind === 'grant' || kind === 'hold'

/** Loaders and scripts are small, so the whole file is held while it is read. */
const inMemory = (bytes: Buffer): TftpFile => ({
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
  close: async () => {},
})
