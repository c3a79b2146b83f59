import type { RunEventType } from '../domain/run/run-events.ts'
import type { Sighting } from '../domain/sighting.ts'
import type { PackageAsking } from '../packages/package-cache.ts'

export type PackageEvidenceDeps = {
  /** The interfaces that are served now. */
  interfaces(): readonly string[]
  peers: {
    macOf(interfaceName: string, address: string): string | undefined
    segmentOf(interfaceName: string, address: string): string | undefined
  }
  note(sighting: Sighting, type: RunEventType | undefined): Promise<void>
  now(): number
}

/** Lists are looked for that need not be there; a package that is asked for was named by a list. */
const PACKAGE = /\.(u?deb|rpm)$/
const MISSES: readonly PackageAsking['outcome'][] = ['notFound', 'unreachable']

/** Tells the run of a machine which packages it asked for in vain. */
export const packageEvidence =
  ({ interfaces, peers, note, now }: PackageEvidenceDeps) =>
  ({ address, source, path, outcome }: PackageAsking): void => {
    if (!MISSES.includes(outcome) || !PACKAGE.test(path)) return
    for (const name of interfaces()) {
      const mac = peers.macOf(name, address)
      if (mac === undefined) continue
      const detail = { peer: address, source, path, outcome }
      void note(
        { at: now(), mac, segment: peers.segmentOf(name, address), what: `package ${outcome}`, detail },
        'packageMissing',
      )
      return
    }
  }
