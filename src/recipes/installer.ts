import type { BootFacts } from '../image/manifest.ts'
import type { RecipeInstall } from './recipe.ts'

/**
 * How an installer's machine ended: it switched itself off or restarted, ran for too long, said nothing new for too long, its
 * kernel panicked, or there was no machine any more: `why` says what of.
 */
export type InstallerEnd = { end: 'off' | 'late' | 'silent' | 'panicked' | 'broken'; why?: string }

/** The machine that an installer runs in. It has no network; `disc` is the file of its CD; `transcript` keeps its serial console. */
export type InstallerMachine = Pick<RecipeInstall['machine'], 'firmware' | 'memoryMiB'> & {
  kernel: string
  initrd: string
  kernelArguments: readonly string[]
  disc: string | undefined
  disk: string
  transcript: string
  timeoutMs: number
  silenceMs: number
}

/** An installed disk, and the new file where its capture goes as a raw disk. */
export type CaptureOrder = {
  disk: string
  target: string
  image: string
  version: string
  firmware: RecipeInstall['machine']['firmware']
}

type OnLine = (line: string) => void

/** The installer that a recipe names, and the bench where it runs. Recipes have neither: whoever builds them brings both. */
export type Installer = {
  /** Of its manifest. */
  digest: string
  /** Paths among its files. */
  kernel: string
  initrd: string
  /** Writes its files into a new folder: all, or those of the paths. Throws image.chunk_missing, image.chunk_corrupt. */
  writeFiles(folder: string, paths?: readonly string[]): Promise<void>
  /** Packs a folder as a cpio archive that a kernel reads. */
  pack(folder: string, archive: string): Promise<void>
  /** Runs the machine to its end; `onLine` hears its console. */
  run(machine: InstallerMachine, onLine: OnLine, signal?: AbortSignal): Promise<InstallerEnd>
  /** Captures the disk by the agent: only used blocks, nothing that makes two machines one. Throws lab.failed. */
  capture(order: CaptureOrder, onLine: OnLine, signal?: AbortSignal): Promise<BootFacts>
  /** Where consoles are kept, one file a recipe. */
  transcripts: string
}
