import {
  LIFECYCLE_STATES,
  LIFECYCLE_STEPS,
  type LifecycleStep,
  SITE_NEEDS,
  STATEMENT_KINDS,
} from './image-lifecycle.ts'

/** docs/image-lifecycle.md, from the tables. */
export function printImageLifecycle(): string {
  const steps = Object.entries(LIFECYCLE_STEPS) as [string, LifecycleStep][]
  return [
    '# The life of an image version',
    '',
    'Printed from `src/domain/image-lifecycle.ts` by its test; do not edit.',
    'A version’s manifest never changes; what changes is its row, and every step leaves a statement about the manifest’s digest,',
    'signed on its own (`slipway-statement/1`). A statement whose signature does not hold is no evidence.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    '  [*] --> draft',
    ...steps.flatMap(([name, { from, to }]) =>
      name === 'revoke' || to === undefined ? [] : from.map((state) => `  ${state} --> ${to}: ${name}`),
    ),
    '  tested --> golden: promote',
    '  approved --> golden: promote',
    '  state "any state" as any',
    '  any --> revoked: revoke',
    '```',
    '',
    '## States',
    '',
    ...table(
      ['state', 'means'],
      Object.entries(LIFECYCLE_STATES).map(([state, means]) => [`\`${state}\``, means]),
    ),
    '',
    '`golden` belongs to an image and a channel: one version each. Promotion moves the channel, the version that it pointed at',
    'before is what a rollback goes back to, and becomes what it was.',
    '',
    '## Steps',
    '',
    ...table(['step', 'from', 'to', 'needs', 'makes', 'who'], steps.map(stepRow)),
    '',
    'A revocation reaches every version that was built from the revoked one, and takes all of them off their channels.',
    '',
    '## What a site needs',
    '',
    ...table(
      ['site', 'needs'],
      Object.entries(SITE_NEEDS).map(([site, needs]) => [site, needs.join(', ') || 'nothing']),
    ),
    '',
    'What is deprecated, retired or revoked goes nowhere.',
    '',
    '## Statements',
    '',
    ...table(
      ['kind', 'says'],
      Object.entries(STATEMENT_KINDS).map(([kind, says]) => [`\`${kind}\``, says]),
    ),
    '',
  ].join('\n')
}

function stepRow([name, { from, to, needs, makes, role, offChannels }]: [string, LifecycleStep]): string[] {
  const wants = needs === 'site' ? ['what the channel’s site needs'] : [...needs]
  if (offChannels) wants.push('no channel that points at it')
  return [
    `\`${name}\``,
    name === 'revoke' ? 'any' : from.join(', '),
    to ?? 'as it was',
    wants.join(', ') || 'nothing',
    makes,
    role === 'measured' ? 'nobody: it follows from what was seen' : role,
  ]
}

const table = (head: string[], rows: string[][]): string[] => [
  `| ${head.join(' | ')} |`,
  `| ${head.map(() => '---').join(' | ')} |`,
  ...rows.map((cells) => `| ${cells.join(' | ')} |`),
]
