import { styleText } from 'node:util'
import * as z from 'zod'
import type { ApiClient } from '../client/api-client.ts'
import { drawWhy, type WhyPaint } from '../domain/run/draw-why.ts'
import { eventLine } from '../domain/run/event-line.ts'
import { aboutRun, type Run, type RunEvent, type RunKind } from '../domain/run/run.ts'
import { isEnd } from '../domain/run/run-states.ts'
import type { RunWhy } from '../domain/run/run-why.ts'
import type { Call, Command } from './command.ts'
import { formatTable } from './format.ts'
import { readYaml } from './read-yaml.ts'

const PAUSE_MILLISECONDS = 1000
const FAILED = 1
const STYLES = { seen: 'green', missing: 'yellow', faint: 'gray', name: 'bold' } as const
/** Colours where standard output is a terminal, none elsewhere. */
const paint: WhyPaint = (style, text) => styleText(STYLES[style], text)
const option = (call: Call, name: string): string | undefined => {
  const value = call.options[name]
  return typeof value === 'string' ? value : undefined
}

/** Commands about runs, all through the API. */
export function runCommands(client: (call: Call) => Promise<ApiClient>): Command[] {
  const find = async (call: Call): Promise<Run> => (await (await client(call)).get(`/runs/${call.words[0]}`)) as Run
  const words = ['ID']
  return [
    ...runStarts(client),
    {
      ...{ name: 'run list', says: 'Runs, newest first', words: [], options: {} },
      run: async (call) => {
        const runs = (await (await client(call)).get('/runs')) as Run[]
        const rows = runs.map((run) => [
          run.id,
          run.machine,
          aboutRun(run).what,
          run.state,
          new Date(run.createdAt).toISOString(),
        ])
        call.print(runs, formatTable(['ID', 'MACHINE', 'IMAGE', 'STATE', 'CREATED'], rows))
        return 0
      },
    },
    {
      ...{ name: 'run show', says: 'A run and its timeline', words, options: {} },
      run: async (call) => {
        const api = await client(call)
        const run = await find(call)
        const events = (await api.get(`/runs/${run.id}/events`)) as RunEvent[]
        call.print({ run, events }, `${describe(run)}\n\n${timeline(run, events)}`)
        return 0
      },
    },
    {
      ...{ name: 'run watch', says: 'Follow a run to its end; exit 0 only if verified', words, options: {} },
      run: async (call) => watch(await client(call), z.guid().parse(call.words[0]), call),
    },
    {
      ...{ name: 'run why', says: 'Why a run stands where it stands', words, options: {} },
      run: async (call) => {
        const api = await client(call)
        const run = await find(call)
        const { why, text } = await explain(api, run)
        call.print({ id: run.id, state: run.state, ...why }, text)
        return 0
      },
    },
    {
      ...{ name: 'run cancel', says: 'End a run', words, options: {} },
      run: async (call) => {
        const run = (await (await client(call)).post(`/runs/${call.words[0]}/cancel`)) as Run
        call.print(run, describe(run))
        return 0
      },
    },
  ]
}

/** A run of each kind that people ask for. */
function runStarts(client: (call: Call) => Promise<ApiClient>): Command[] {
  return [
    {
      ...{ name: 'run start', says: 'Deploy an image to a machine', words: [] },
      options: {
        machine: { says: 'the machine', value: 'NAME' },
        image: { says: 'the image', value: 'NAME' },
        version: { says: 'its version (default the newest)', value: 'VERSION' },
        watch: { says: 'follow the run to its end' },
      },
      run: (call) => start(call, client, 'deploy'),
    },
    {
      ...{ name: 'run install', says: 'Install a machine by a system’s own installer', words: [] },
      options: {
        machine: { says: 'the machine', value: 'NAME' },
        image: { says: 'the installer in the library: its kernel and initrd are booted', value: 'NAME' },
        version: { says: 'its version (default the newest)', value: 'VERSION' },
        family: { says: 'whose answers it takes, like preseed (see: slipway template list)', value: 'FAMILY' },
        release: { says: 'release of the family (default its newest)', value: 'RELEASE' },
        settings: { says: 'YAML file of settings for this run alone', value: 'FILE' },
        watch: { says: 'follow the run to its end' },
      },
      run: async (call) => start(call, client, 'install', await installWish(call)),
    },
    {
      ...{ name: 'run capture', says: 'Make a new version of an image from a machine’s disk', words: [] },
      options: {
        machine: { says: 'the machine', value: 'NAME' },
        image: { says: 'the image that gets a version', value: 'NAME' },
        version: { says: 'the new version (default named by the time)', value: 'VERSION' },
        watch: { says: 'follow the run to its end' },
      },
      run: (call) => start(call, client, 'capture'),
    },
    {
      ...{ name: 'run discover', says: 'Take a machine’s inventory; nothing on it is changed', words: [] },
      options: { machine: { says: 'the machine', value: 'NAME' }, watch: { says: 'follow the run to its end' } },
      run: (call) => start(call, client, 'discover'),
    },
  ]
}

async function installWish(call: Call): Promise<Record<string, unknown>> {
  const [family, release, settings] = ['family', 'release', 'settings'].map((name) => option(call, name))
  return { install: { family, release, settings: settings === undefined ? undefined : await readYaml(settings) } }
}

async function start(
  call: Call,
  client: (call: Call) => Promise<ApiClient>,
  kind: RunKind,
  more: Record<string, unknown> = {},
): Promise<number> {
  const api = await client(call)
  const wish = {
    kind,
    machine: option(call, 'machine'),
    image: option(call, 'image'),
    version: option(call, 'version'),
    ...more,
  }
  const run = (await api.post('/runs', wish)) as Run
  if (call.options.watch === true) return watch(api, run.id, call)
  call.print(run, run.id)
  return 0
}

async function watch(api: ApiClient, id: string, call: Call): Promise<number> {
  let after = 0
  for (;;) {
    const run = (await api.get(`/runs/${id}`)) as Run
    const events = (await api.get(`/runs/${id}/events?after=${after}`)) as RunEvent[]
    for (const event of events) call.say(eventLine(run, event))
    after = events.at(-1)?.seq ?? after
    if (isEnd(run.state)) {
      call.print(run, run.state === 'failed' ? (await explain(api, run)).text : describe(run))
      return run.state === 'verified' ? 0 : FAILED
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
}

function describe(run: Run): string {
  const { what, of } = aboutRun(run)
  return `run ${run.id}: ${what} ${of} ${run.machine} is ${run.state} (profile ${profileOf(run)})`
}

const profileOf = ({ profile, profileVersion }: Run): string =>
  profileVersion === undefined ? profile.name : `${profile.name} version ${profileVersion}`

async function explain(api: ApiClient, run: Run): Promise<{ why: RunWhy; text: string }> {
  const why = (await api.get(`/runs/${run.id}/why`)) as RunWhy
  const events = (await api.get(`/runs/${run.id}/events`)) as RunEvent[]
  return { why, text: `${describe(run)}\n\n${drawWhy(run, events, why, paint)}` }
}

const timeline = (run: Run, events: RunEvent[]): string => events.map((event) => eventLine(run, event)).join('\n')
