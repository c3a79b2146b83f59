import { UNKNOWN_WORDS, type WhyWords } from './why-facts.ts'
import { GOT_NOTHING } from './why-row.ts'
import { WHY_RULES } from './why-rules.ts'

/** docs/how-to/find-out-why-a-run-stopped.md: how to ask, and the table of rules. A test fails when the file is stale. */
export function printWhyRules(): string {
  const unknown = (word: string): string => UNKNOWN_WORDS[word as keyof WhyWords]
  const general = (text: string): string =>
    text
      .replace(/`[^`]*`/g, (code) => code.replace(/\{(\w+)\}/g, (_all, word: string) => word.toUpperCase()))
      .replace(/\{(\w+)\}/g, (_all, word: string) => `*${unknown(word)}*`)
  const rows = WHY_RULES.map(({ id, says, missingStep, got = GOT_NOTHING, likelyCauses, remedy }) =>
    [`\`${id}\``, says, `${missingStep}; got ${got}`, likelyCauses.join('; ') || '–', remedy].map(general).join(' | '),
  )
  return `${HEAD}\n${rows.map((row) => `| ${row} |`).join('\n')}\n`
}

const HEAD = `# How to find out why a run stopped

Printed from \`src/runs/why-rules-*.ts\` by their test; do not edit.

\`\`\`sh
npx slipway run why ID          # for people
npx slipway run why ID --json   # for programs; the API has it at /api/v1/runs/ID/why
\`\`\`

It works for open runs, which it tells what they wait for, for how long and whether that is unusual, and for ended ones. It draws
the way from DHCP to proof with what was seen of it, then names the last evidence, the first missing step, likely causes and the
remedy. \`run start --watch\` and \`run watch\` print the same when a run fails, and the cause stored with a failed run comes from
the same table. Only what was seen since the newest network boot counts.

1. Read the drawing: the last ✓ is how far the machine came, ✗ (or … while the run is open) is the first step that is missing.
2. Try the remedy. Where it says so, check the appliance's host with [\`slipway doctor\`](check-a-host-with-doctor.md).
3. Start the run again; a retry is a new run, and the history of this one is kept.

The first row that fits is the answer. Words in *italics* are filled in from the run's events.

| rule | when | expected | likely causes | remedy |
|---|---|---|---|---|`
