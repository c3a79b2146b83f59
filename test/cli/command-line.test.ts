import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { readResources } from '../../src/cli/resource-commands.ts'

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const slipway = (...args: string[]) =>
  execa(process.execPath, ['--no-warnings', program, ...args], {
    reject: false,
    env: { SLIPWAY_URL: 'http://127.0.0.1:1' },
  })

describe('slipway', () => {
  it('lists its commands', async () => {
    const { stdout, exitCode } = await slipway('--help')
    expect(exitCode).toBe(0)
    for (const name of ['serve', 'doctor', 'user add', 'agent build', 'image build', 'run start', 'apply', 'lab demo'])
      expect(stdout).toContain(`slipway ${name}`)
  })

  const listed = (stdout: string) =>
    [...stdout.matchAll(/^ {2}slipway (\S+)/gm)].map(([, word]) => word).filter((word) => word !== 'COMMAND')

  it.each(['template', 'run', 'image', 'user'])(
    'lists only the commands of %s where it is asked for them',
    async (word) => {
      const { stdout, exitCode } = await slipway(word, '--help')
      expect([exitCode, new Set(listed(stdout))]).toEqual([0, new Set([word])])
      expect(stdout).toMatch(new RegExp(`^The commands of slipway ${word}\\.\n\n  slipway ${word} `))
      expect(listed((await slipway('--help')).stdout).filter((one) => one === word)).toHaveLength(listed(stdout).length)
    },
  )

  it.each([[['template']], [['template', 'rendre']]])('lists them too where %j is no command', async (args) => {
    const { stdout, stderr, exitCode } = await slipway(...args)
    expect([exitCode, new Set(listed(stdout))]).toEqual([2, new Set(['template'])])
    expect(stderr).toContain(`expected a command, got ${JSON.stringify(args.join(' '))}`)
  })

  it('still tells of a command that is one word', async () => {
    expect((await slipway('apply', '--help')).stdout).toMatch(/^Make or replace/)
  })

  test.each([
    ['an unknown command', ['nothing'], 2, /expected a command, got "nothing"/],
    ['an unknown option', ['run', 'list', '--loud'], 2, /request\.invalid: slipway run list: .*--loud/],
    ['a missing word', ['run', 'show'], 2, /expected ID, got none/],
    [
      'a file that is not there',
      ['apply', '-f', '/nonexistent.yaml'],
      2,
      /expected the file \/nonexistent\.yaml to exist/,
    ],
    ['a service that does not answer', ['run', 'list'], 1, /socket\.failed: expected the service to answer/],
  ])('tells %s on standard error with its exit code', async (_name, args, code, message) => {
    const { stderr, stdout, exitCode } = await slipway(...args)
    expect([exitCode, stderr]).toEqual([code, expect.stringMatching(message)])
    if (code === 1) expect(stdout).toBe('')
  })

  it('prints the help of one command with its options', async () => {
    const { stdout } = await slipway('image', 'build', '--help')
    expect(stdout).toMatch(/slipway image build RECIPE \[options\](.|\n)*--fresh(.|\n)*--json/)
  })
})

it('prints the whole of an answer that is longer than a pipe', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const env = { SLIPWAY_DATA_FOLDER: folder, SLIPWAY_LOG_LEVEL: 'warn' }
  const disk = join(folder, 'disk.raw')
  writeFileSync(disk, '')
  // Sixteen thousand holes, each of which the manifest names.
  truncateSync(disk, 8 * 1024 ** 3)
  const run = (...args: string[]) => execa(process.execPath, ['--no-warnings', program, ...args, '--json'], { env })
  await run('image', 'import', disk, '--name', 'large', '--version', '1')
  const { stdout } = await run('image', 'show', 'large')
  expect(JSON.parse(stdout).manifest.chunks).toHaveLength(16_384)
})

describe('resource files', () => {
  it('are applied in an order that works', () => {
    const text =
      'kind: Machine\nspec: { name: m }\n---\nkind: HardwareProfile\nspec: { name: p }\n---\nkind: Segment\nspec: { name: s }\n---\nkind: BootTemplate\nspec: { family: a, file: b.hbs, source: c }\n'
    expect(readResources('f', text).map(({ kind }) => kind)).toEqual([
      ...['BootTemplate', 'Segment', 'HardwareProfile', 'Machine'],
    ])
  })
  test.each([
    ['an unknown kind', 'kind: Thing\nspec: { name: x }', /f, document 1/],
    [
      'a second document without a name',
      'kind: Segment\nspec: { name: s }\n---\nkind: Segment\nspec: {}',
      /f, document 2/,
    ],
    [
      'a template that leads out of its folder',
      'kind: BootTemplate\nspec: { family: .., file: x.hbs, source: x }',
      /family/,
    ],
    ['a template without a source', 'kind: BootTemplate\nspec: { family: kickstart, file: ks.cfg.hbs }', /source/],
    ['a field that a template has not', 'kind: BootTemplate\nspec: { family: a, file: b.hbs, source: c, by: d }', /by/],
    ['broken YAML', 'kind: [', /f, document 1/],
  ])('with %s are refused by document', (_name, text, message) => {
    expect(() => readResources('f', text)).toThrow(
      expect.objectContaining({ code: 'request.invalid', message: expect.stringMatching(message) }),
    )
  })
})
