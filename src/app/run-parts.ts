import { createBootDecider } from '../boot/boot-decider.ts'
import { createBootExchange } from '../boot/boot-exchange.ts'
import { createBootSecrets } from '../boot/boot-secrets.ts'
import { createGrantMemory } from '../boot/grant-memory.ts'
import { createImpostorWatch } from '../boot/impostor-watch.ts'
import { createLoaderDesk } from '../boot/loader-desk.ts'
import { CHECKS } from '../checks/index.ts'
import type { Clock } from '../core/clock.ts'
import { hasCode } from '../core/errors.ts'
import type { Run } from '../domain/run/run.ts'
import { isEnd } from '../domain/run/run-states.ts'
import type { Manifest } from '../image/manifest.ts'
import type { RunCaptures } from '../runs/run-captures.ts'
import { createRunChecks, type RunChecksDeps } from '../runs/run-checks.ts'
import { createRunDeadlines } from '../runs/run-deadlines.ts'
import { createRunDeployment } from '../runs/run-deployment.ts'
import { createRunEffects } from '../runs/run-effects.ts'
import { createRunFeed, type RunFeed } from '../runs/run-feed.ts'
import { createRunPeers, type RunPeers } from '../runs/run-peers.ts'
import { createRunRecorder } from '../runs/run-recorder.ts'
import { createRunService, type RunService } from '../runs/run-service.ts'
import { createRunTransfers, type RunTransfers } from '../runs/run-transfers.ts'
import { explainFailure } from '../runs/run-why.ts'
import { loadTemplates } from '../templates/template-folder.ts'
import type { Appliance } from './appliance.ts'
import { createBootFiles } from './boot-files.ts'
import { joinDiscoveries } from './discoveries.ts'
import { joinInstallations } from './installations.ts'
import { createLoaderFiles } from './loader-files.ts'
import { createMachineCaptures } from './machine-captures.ts'
import { createMachineDisks } from './machine-disks.ts'
import { createMachineInventories } from './machine-inventories.ts'
import { createMachinePower } from './machine-power.ts'
import { createMachineProfiles, type MachineProfiles } from './machine-profiles.ts'
import { powerSender } from './power-sender.ts'
import { TEMPLATE_FOLDER } from './program.ts'
import { createRunAnswers } from './run-answers.ts'
import { profileOfRun } from './run-profiles.ts'
import { createSessionPaths } from './session-paths.ts'
import { createSiteGate } from './site-gate.ts'

const MOST_MANIFESTS = 8

export type RunParts = ReturnType<typeof createRunParts>

/** Runs, grants and checks of one appliance, joined. `addressesOf`: see `createMachineAddresses`. */
export function createRunParts(appliance: Appliance, addressesOf: RunChecksDeps['addressesOf']) {
  const { store, clock, log } = appliance
  const { runs, machines } = store
  const feed = createRunFeed()
  const templates = loadTemplates(TEMPLATE_FOLDER)
  const manifests = cachedManifests(appliance)
  const profiles = createMachineProfiles({ profiles: store.profiles })
  const power = powerOf(appliance, profiles)
  const enter = createRunEffects({
    ...{ record: () => record, runChecks: () => runChecks, events: runs.events, log },
    powerOn: (name) => power(name, 'on').catch(undefinedWithoutPower),
  })
  const record = createRunRecorder({ runs, enter, explain: explainFailure, feed, clock, log })
  const runChecks = createRunChecks({ checks: CHECKS, events: runs.events, machines, addressesOf, manifests, record })
  const secrets = createBootSecrets(appliance.keys.bootSecret)
  const sessions = store.bootSessions
  const noteResult = async (...args: Parameters<typeof record>): Promise<void> => void (await record(...args))
  const { loaderFiles, loaders } = loadersOf(appliance)
  const whyNotThere = createSiteGate(appliance)
  const profileByMac = async (mac: string) => profiles.currentOf((await machines.findByMac(mac)) ?? {})
  const disks = createMachineDisks(appliance)
  const installations = joinInstallations(appliance, {
    ...{ templates, secrets, record, keep: machineLog(appliance, feed), noteHeard: (id) => service.noteHeard(id) },
  })
  const service: RunService = createRunService({
    ...{ runs, machines, profileOf: profileOfRun(appliance, profiles) },
    images: { find: store.images.find, assertInUse: appliance.lifecycle.assertInUse, ...disks },
    ...{ installs: installations.installs, record, enter, clock },
  })
  const inventories = createMachineInventories(appliance, { record, profiles })
  const exchange = createBootExchange({ secrets, runs, sessions, record: noteResult })
  const { describedRun } = exchange
  const discovery = { service, inventories, profiles, secrets, record, describedRun }
  const { strangers, discoveries } = joinDiscoveries(appliance, discovery)
  const decider = createBootDecider({
    ...{ machines, runs, sessions, record: noteResult, loaders, whyNotThere, strangers, clock },
  })
  const grants = createGrantMemory(decider.decideForMac, clock)
  feed.subscribe((news) => {
    if (news.kind === 'change') grants.forget(news.run.id)
  })
  const captures = createMachineCaptures(appliance, { inventories, disks, record, feed })
  const sessionPaths = createSessionPaths({
    ...{ secrets, findRun: runs.find, machines, decideForMac: decider.decideForMac },
  })
  return {
    ...{ feed, sessionPaths, power, record, secrets, manifests, service },
    transfers: transfersOf(appliance, feed),
    peers: peersOf(feed, clock),
    deployment: createRunDeployment({ manifests, inventories, record }),
    answers: createRunAnswers(appliance, secrets, record),
    ...{ installations, templates, bootFiles: createBootFiles(appliance) },
    captures,
    discoveries,
    profiles,
    loaders,
    loaderFiles,
    decider,
    decideForChunk: grants.decideForMac,
    whyImpostor: createImpostorWatch({ machines, conflicts: store.conflicts, runs, record: noteResult, clock }),
    exchange,
    deadlines: createRunDeadlines({ ...service, runs, record, clock, log }),
    log: machineLog(appliance, feed),
    /** How the machine with this MAC goes on to its own disk. */
    localBootOf: async (mac: string) => (await profileByMac(mac))?.spec.localBoot ?? 'exit',
    /** After a restart: what the open runs' states ask for is done again where it is missing. */
    resume: () => resumeRuns(appliance, enter, captures),
  }
}

/** Keeps lines that a machine says while its run is open. */
const machineLog =
  ({ store: { runs }, clock }: Appliance, feed: RunFeed) =>
  async (runId: string, lines: string[]): Promise<void> => {
    await runs.addLog(runId, clock.now(), lines)
    feed.publish({ kind: 'log', runId, lines })
  }

const powerOf = ({ store: { machines, segments } }: Appliance, { currentOf }: MachineProfiles) =>
  createMachinePower({ machines, segments, profileOf: currentOf, sender: powerSender })

/** Of a machine without a power driver a person has to press the button. */
function undefinedWithoutPower(error: unknown): undefined {
  if (!hasCode(error, 'machine.no_power', 'machine.not_found')) throw error
  return undefined
}

function loadersOf({ settings, store, clock }: Appliance) {
  const loaderFiles = createLoaderFiles(settings.dataFolder)
  const loaders = createLoaderDesk({
    ...{ machines: store.machines, clock, stateOf: loaderFiles.stateOf },
    firstLoader: async (segment) => (await store.segments.find(segment))?.firstLoader,
  })
  return { loaderFiles, loaders }
}

function transfersOf({ store, clock, log }: Appliance, feed: RunFeed): RunTransfers {
  const transfers = createRunTransfers({ samples: store.runSamples, clock, log })
  feed.subscribe((news) => {
    if (news.kind === 'change' && isEnd(news.run.state)) void transfers.end(news.run.id)
  })
  return transfers
}

async function resumeRuns({ store, log }: Appliance, enter: (run: Run) => void, captures: RunCaptures): Promise<void> {
  for (const run of await store.runs.open()) {
    if (!isEnd(run.state)) enter(run)
    if (run.state !== 'capturing' && run.state !== 'rereading') continue
    // It may wait for a collection, which nothing else has to.
    captures.resume(run).catch((error: unknown) => {
      log.warn({ runId: run.id, error: String(error) }, 'what a capture sent before may be collected')
    })
  }
}

/** An agent shares while it writes and reads back: later the address may be its own system's. */
function peersOf(feed: RunFeed, clock: Clock): RunPeers {
  const peers = createRunPeers({ clock })
  feed.subscribe((news) => {
    if (news.kind === 'change' && !['writing', 'readingBack'].includes(news.run.state)) peers.forget(news.run.id)
  })
  return peers
}

/** Manifests are immutable: a few are kept, because every chunk comparison needs the whole of one. */
function cachedManifests({ library }: Appliance): { manifest(digest: string): Promise<Manifest> } {
  const kept = new Map<string, Manifest>()
  return {
    manifest: async (digest) => {
      const known = kept.get(digest)
      if (known) return known
      const { manifest } = await library.manifest(digest)
      if (kept.size >= MOST_MANIFESTS) kept.delete(kept.keys().next().value!)
      kept.set(digest, manifest)
      return manifest
    },
  }
}

/** The MACs of the machine of a run, to tie a token's use to that machine's address. */
export async function macsOf(appliance: Appliance, run: Run): Promise<string[]> {
  return (await appliance.store.machines.find(run.machine))?.macs ?? []
}
