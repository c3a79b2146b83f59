import type { ImageFacts, PartKind } from '../image-facts.ts'

const COLUMNS = 128
const CELL = 8

/** The page of an image version. Places and widths of bars are percent; the map is in units of its own drawing. */
export function imageView(facts: ImageFacts) {
  const { storedBytes, ownBytes } = facts
  const percent = (bytes: number): string => `${storedBytes > 0 ? ((bytes / storedBytes) * 100).toFixed(2) : 0}%`
  return {
    ...facts,
    sharedBytes: storedBytes - ownBytes,
    ...{ ownWidth: percent(ownBytes), sharedWidth: percent(storedBytes - ownBytes) },
    holeBytes: facts.holes * facts.chunkSize,
    relatives: facts.relatives.map((other) => ({
      ...other,
      width: percent(other.sharedBytes),
      ownBytes: storedBytes - other.sharedBytes,
    })),
    drawing: mapDrawing(facts.map),
    parts: facts.map.length,
    packages: facts.provenance.packages,
  }
}

/** Neighbours of a kind in a row become one bar, so that an empty disk of a terabyte is a few shapes. */
function mapDrawing(map: PartKind[]) {
  const bars: { kind: PartKind; x: number; y: number; width: number }[] = []
  map.forEach((kind, index) => {
    const [x, y] = [(index % COLUMNS) * CELL, Math.floor(index / COLUMNS) * CELL]
    const last = bars.at(-1)
    if (last && last.kind === kind && last.y === y) last.width += CELL
    else bars.push({ kind, x, y, width: CELL })
  })
  return { bars, width: COLUMNS * CELL, height: Math.ceil(map.length / COLUMNS) * CELL, cell: CELL - 1 }
}
