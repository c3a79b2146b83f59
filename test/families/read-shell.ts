/** The words of a script and its line ends, without quotes; what stands in single quotes may hold anything. */
export function readShell(text: string): string[] {
  const words: string[] = []
  let read = 0
  const shape =
    /(?<space>[ \t]+|\\\n)|(?<end>\n)|(?<comment>#[^\n]*)|(?<word>(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^\s'"\\])+)/gsuy
  for (const { groups, 0: all } of text.matchAll(shape)) {
    read += all.length
    if (groups?.end) words.push('\n')
    else if (groups?.word)
      words.push(
        groups.word.replaceAll(/'([^']*)'|\\(.)/gsu, (_all, plain?: string, one?: string) => plain ?? one ?? ''),
      )
  }
  if (read < text.length) throw new Error(`expected words of a shell, got ${text.slice(read, read + 40)}`)
  return words
}
