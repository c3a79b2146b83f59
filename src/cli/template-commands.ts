import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ApiClient } from '../client/api-client.ts'
import { AppError } from '../core/errors.ts'
import type { Finding } from '../domain/install/finding.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'
import { readYaml } from './read-yaml.ts'

type Origin = { kind: string; version?: number }
type Rendered = {
  family: string
  release: string
  machine: string
  profile: string
  files: { name: string; template: string; origin: Origin; text: string }[]
  findings: Finding[]
  unjudged: string[]
  from: Record<string, string>
  kernelArguments: string[]
  lastGiven?: { runId: string; files: { diff: string }[] }
}
type Families = {
  name: string
  title: string
  proof: string
  releases: { name: string }[]
  files: { name: string; template: string; origin: Origin }[]
}[]
type Client = (call: Call) => Promise<ApiClient>
const HAS_FINDINGS = 1

/** Commands about boot templates and the answer files that are made of them. */
export function templateCommands(client: Client): Command[] {
  return [
    listCommand(client),
    renderCommand(client),
    lintCommand(client),
    diffCommand(client),
    ...changeCommands(client),
  ]
}

const listCommand = (client: Client): Command => ({
  ...{ name: 'template list', says: 'Families of operating systems and their templates', words: [], options: {} },
  run: async (call) => {
    const families = (await (await client(call)).get('/families')) as Families
    const rows = families.flatMap(({ name, releases, files }) =>
      files.map((file, at) => [
        at === 0 ? name : '',
        file.template,
        originWords(file.origin),
        at === 0 ? releases.map((one) => one.name).join(' ') : '',
      ]),
    )
    call.print(families, formatTable(['FAMILY', 'TEMPLATE', 'FROM', 'RELEASES'], rows))
    return 0
  },
})

const renderCommand = (client: Client): Command => ({
  ...{ name: 'template render', says: 'What a machine would be given, judged, without secrets', words: ['FAMILY'] },
  options: {
    release: { says: 'release of the operating system (default the last of `template list`)', value: 'NAME' },
    machine: { says: 'a registered machine (default one that is made up)', value: 'NAME' },
    'made-up': { says: 'YAML file that describes a made-up machine', value: 'FILE' },
    profile: { says: 'hardware profile (default that of the machine)', value: 'NAME' },
    segment: { says: 'segment that it installs on', value: 'NAME' },
    settings: { says: 'YAML file of settings of this installation', value: 'FILE' },
    template: { says: 'PATH=FILE: a template that is not stored yet', value: 'PATH=FILE' },
    output: { says: 'write the files into this folder', value: 'FOLDER' },
  },
  run: async (call) => {
    const { output } = call.options
    const wish = { family: call.words[0], ...(await readWish(call)) }
    const rendered = (await (await client(call)).post('/templates/render', wish)) as Rendered
    if (typeof output === 'string') {
      await mkdir(output, { recursive: true })
      for (const { name, text } of rendered.files) await writeFile(join(output, name), text)
    }
    call.print(rendered, drawRendered(rendered, typeof output === 'string' ? output : undefined))
    return exitOf(rendered.findings)
  },
})

const lintCommand = (client: Client): Command => ({
  ...{ name: 'template lint', says: 'Judge an answer file, ours or not, by its family', words: ['FAMILY', 'FILE'] },
  options: {
    release: { says: 'release of the operating system (default the last of `template list`)', value: 'NAME' },
    as: { says: 'which of the family’s files it is (default by its name, else the first)', value: 'NAME' },
  },
  run: async (call) => {
    const [family, file] = call.words as [string, string]
    const api = await client(call)
    const known = ((await api.get('/families')) as Families).find(({ name }) => name === family)
    const names = known?.files.map(({ name }) => name) ?? []
    const { as, release } = call.options
    const name = typeof as === 'string' ? as : names.includes(basename(file)) ? basename(file) : names[0]
    const files = [{ name: name ?? basename(file), text: await readFile(file, 'utf8') }]
    const wish = { family, files, ...(typeof release === 'string' ? { release } : {}) }
    const answer = (await api.post('/templates/lint', wish)) as Pick<Rendered, 'release' | 'findings' | 'unjudged'>
    const findings = answer.findings.map((one) => ({ ...one, file: one.file === name ? file : one.file }))
    call.print({ ...answer, findings }, drawFindings(findings, answer.unjudged, `${file} as ${answer.release}`))
    return exitOf(findings)
  },
})

const diffCommand = (client: Client): Command => ({
  ...{ name: 'template diff', says: 'What differs between two versions of a template', words: ['PATH'] },
  options: {
    from: { says: 'shipped, now or a version (default shipped)', value: 'WHICH' },
    to: { says: 'shipped, now or a version (default now)', value: 'WHICH' },
  },
  run: async (call) => {
    const query = new URLSearchParams()
    for (const name of ['from', 'to'] as const)
      if (typeof call.options[name] === 'string') query.set(name, call.options[name])
    const answer = (await (await client(call)).get(`/templates/${call.words[0]}/diff?${query}`)) as { diff: string }
    call.print(answer, answer.diff === '' ? 'Nothing differs.' : answer.diff)
    return 0
  },
})

const changeCommands = (client: Client): Command[] => [
  {
    ...{ name: 'template save', says: 'Try a template and store it as a new version', words: ['PATH', 'FILE'] },
    options: { note: { says: 'what was changed and why, for the audit', value: 'TEXT' } },
    run: async (call) => {
      const [path, file] = call.words as [string, string]
      const { note } = call.options
      const wish = { source: await readFile(file, 'utf8'), ...(typeof note === 'string' ? { note } : {}) }
      const answer = (await (await client(call)).put(`/templates/${path}`, wish)) as { version: number }
      call.print(answer, `${path} is version ${answer.version} now`)
      return 0
    },
  },
  {
    ...{ name: 'template restore', says: 'Make what a template was its newest version: shipped, or a number' },
    ...{ words: ['PATH', 'WHICH'], options: {} },
    run: async (call) => {
      const [path, to] = call.words as [string, string]
      const answer = (await (await client(call)).post(`/templates/${path}/restore`, { to })) as { version: number }
      call.print(
        answer,
        to === 'shipped'
          ? `${path} is left to the template folder, or to the program, again (version ${answer.version})`
          : `${path} is as version ${to} again (version ${answer.version})`,
      )
      return 0
    },
  },
]

async function readWish({ options }: Call): Promise<Record<string, unknown>> {
  const { template, settings } = options
  const wish: Record<string, unknown> = {}
  for (const name of ['release', 'machine', 'profile', 'segment'] as const)
    if (typeof options[name] === 'string') wish[name] = options[name]
  if (typeof options['made-up'] === 'string') wish.madeUp = await readYaml(options['made-up'])
  if (typeof settings === 'string') wish.settings = await readYaml(settings)
  if (typeof template !== 'string') return wish
  const [path, file] = template.split('=', 2)
  if (!path || !file) throw new AppError('request.invalid', `expected --template PATH=FILE, got ${template}`)
  return { ...wish, sources: { [path]: await readFile(file, 'utf8') } }
}

const originWords = ({ kind, version }: Origin): string => (version === undefined ? kind : `version ${version}`)
const exitOf = (findings: readonly Finding[]): number =>
  findings.some(({ severity }) => severity === 'error') ? HAS_FINDINGS : 0

function drawRendered(rendered: Rendered, output: string | undefined): string {
  const { family, release, machine, profile, files, findings, unjudged, from, kernelArguments } = rendered
  const texts = files.map(({ name, template, origin, text }) =>
    output === undefined
      ? `──── ${name} (${template}, ${originWords(origin)})\n${text}`
      : `${join(output, name)} (${template}, ${originWords(origin)})`,
  )
  const said = Object.entries(from).map(([field, source]) => [field, source])
  return [
    `${family} ${release} for ${machine}, profile ${profile}; secrets are left out`,
    `Started with: ${kernelArguments.join(' ') || 'nothing of its own'}`,
    '',
    ...texts,
    ...(said.length > 0 ? ['', formatTable(['SETTING', 'SAID BY'], said)] : []),
    ...drawLast(rendered.lastGiven),
    '',
    drawFindings(findings, unjudged, 'The files'),
  ].join('\n')
}

function drawLast(last: Rendered['lastGiven']): string[] {
  if (!last) return []
  if (last.files.length === 0) return ['', `As run ${last.runId} gave it.`]
  return ['', `What differs from what run ${last.runId} gave it:`, ...last.files.map(({ diff }) => diff.trimEnd())]
}

function drawFindings(findings: readonly Finding[], unjudged: readonly string[], what: string): string {
  const lines = findings.map(({ file, line, severity, message }) => `${file}:${line}: ${severity}: ${message}`)
  const head = lines.length === 0 ? [`${what}: nothing found.`] : lines
  return [...head, ...unjudged.map((one) => `Not judged: ${one}.`)].join('\n')
}
