/** The word of a list that differs least from one that was typed; none where all differ in more than two letters. */
export function nearest(typed: string, words: readonly string[]): string | undefined {
  const near = words
    .filter((word) => Math.abs(word.length - typed.length) <= 2)
    .map((word) => ({ word, far: distance(typed, word) }))
    .sort((one, other) => one.far - other.far)[0]
  return near && near.far <= 2 ? near.word : undefined
}

/** Levenshtein's distance: letters to add, drop or change. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_none, at) => at)
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1]
    for (const [index, wanted] of [...other].entries())
      next.push(Math.min(next[index]! + 1, row[index + 1]! + 1, row[index]! + (letter === wanted ? 0 : 1)))
    row = next
  }
  return row.at(-1)!
}
