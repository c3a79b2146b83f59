import type { InstallLayer } from './install-settings.ts'

/** What an `install` run installs by: the family and release of its answers, and what was set for this run alone. */
export type InstallOrder = { family: string; release: string; settings: InstallLayer }
