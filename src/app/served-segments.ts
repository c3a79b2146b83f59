import type { Segment } from '../domain/segment.ts'

/** The segments that are served now; those in mode `off` are not among them. */
export type ServedSegments = {
  find(name: string): Segment | undefined
  list(): readonly Segment[]
  /** Those on one interface, its own and those behind relays that ask there. */
  on(interfaceName: string): readonly Segment[]
  put(segment: Segment): void
  remove(name: string): void
}

export function createServedSegments(): ServedSegments {
  const byName = new Map<string, Segment>()
  const byInterface = new Map<string, Segment[]>()
  const index = (): void => {
    byInterface.clear()
    for (const segment of byName.values())
      byInterface.set(segment.interface, [...(byInterface.get(segment.interface) ?? []), segment])
  }
  return {
    find: (name) => byName.get(name),
    list: () => [...byName.values()],
    on: (interfaceName) => byInterface.get(interfaceName) ?? [],
    put: (segment) => {
      if (segment.mode === 'off') byName.delete(segment.name)
      else byName.set(segment.name, segment)
      index()
    },
    remove: (name) => {
      byName.delete(name)
      index()
    },
  }
}
