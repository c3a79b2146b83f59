import type { LibraryParts } from './library.ts'

/** For a library that nobody else works on and whose versions all stay: holds that always are free, and no record of damage. */
export const alone = (): Pick<LibraryParts, 'holds' | 'liveFacts' | 'faults'> => ({
  holds: { during: (_work, _says, task) => task(), list: async () => [] },
  liveFacts: async () => ({ states: new Map(), inRuns: new Set(), now: 0, keepMs: 0 }),
  faults: { note: async () => {}, heal: async () => {} },
})
