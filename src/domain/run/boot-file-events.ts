import type { RunKind } from './run.ts'
import type { RunEventType } from './run-events.ts'

/** What it is that kernel and initrd were fetched, by whose they are. */
export const BOOT_FILE_EVENTS = {
  agent: { kernel: 'kernelFetched', initrd: 'ramdiskFetched' },
  installer: { kernel: 'installerKernelFetched', initrd: 'installerFetched' },
} as const satisfies Record<string, Record<'kernel' | 'initrd', RunEventType>>

/** What a run of a kind boots. */
export const bootOf = (kind: RunKind): keyof typeof BOOT_FILE_EVENTS => (kind === 'install' ? 'installer' : 'agent')
