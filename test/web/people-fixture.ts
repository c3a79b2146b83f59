import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAccessService } from '../../src/access/access-service.ts'
import { createSecretVault } from '../../src/access/secret-vault.ts'
import { createAnswerDesk } from '../../src/app/answer-desk.ts'
import { createImageJobs } from '../../src/app/image-jobs.ts'
import { createMachineImports } from '../../src/app/machine-imports.ts'
import { createMachineProfiles } from '../../src/app/machine-profiles.ts'
import { createMachineRegistry } from '../../src/app/machine-registry.ts'
import { createPackageDesk } from '../../src/app/package-desk.ts'
import { createProfileRegistry } from '../../src/app/profile-registry.ts'
import { TEMPLATE_FOLDER } from '../../src/app/program.ts'
import { profileOfRun } from '../../src/app/run-profiles.ts'
import { createTemplateDesk } from '../../src/app/template-desk.ts'
import { Settings } from '../../src/config/settings.ts'
import { silentLog } from '../../src/core/log.ts'
import { HardwareProfile } from '../../src/domain/hardware-profile.ts'
import { ROLES, type Role } from '../../src/domain/role.ts'
import { createKeyring } from '../../src/library/keyring.ts'
import { createLifecycle } from '../../src/library/life/lifecycle.ts'
import { createRunEffects } from '../../src/runs/run-effects.ts'
import { createRunFeed } from '../../src/runs/run-feed.ts'
import { createRunRecorder, type RecordEvent } from '../../src/runs/run-recorder.ts'
import { createRunService } from '../../src/runs/run-service.ts'
import { explainFailure } from '../../src/runs/run-why.ts'
import { createStore } from '../../src/store/create-store.ts'
import { createTemplateShelf } from '../../src/templates/template-shelf.ts'
import { bootPreviewRoutes } from '../../src/web/api/boot-preview-routes.ts'
import { conflictRoutes } from '../../src/web/api/conflict-routes.ts'
import { doctorRoutes } from '../../src/web/api/doctor-routes.ts'
import { type ImportWish, imageJobRoutes } from '../../src/web/api/image-job-routes.ts'
import { type ImageLifeDoor, imageLifeRoutes } from '../../src/web/api/image-life-routes.ts'
import { imageRoutes } from '../../src/web/api/image-routes.ts'
import { machineImportRoutes } from '../../src/web/api/machine-import-routes.ts'
import { machineRoutes } from '../../src/web/api/machine-routes.ts'
import { networkRoutes } from '../../src/web/api/network-routes.ts'
import { packageRoutes } from '../../src/web/api/package-routes.ts'
import { profileRoutes } from '../../src/web/api/profile-routes.ts'
import { resourceRoutes } from '../../src/web/api/resource-routes.ts'
import { runRoutes } from '../../src/web/api/run-routes.ts'
import { secretRoutes } from '../../src/web/api/secret-routes.ts'
import { templateRoutes, templateSaving } from '../../src/web/api/template-routes.ts'
import { createConsole } from '../../src/web/console/console.ts'
import { createPeopleDoor } from '../../src/web/people-door.ts'
import { createUploads } from '../../src/web/upload-door.ts'
import { fakeBootPreview } from './fake-boot-preview.ts'
import { fakeDoctor } from './fake-doctor.ts'
import { fakeLibrary } from './fake-library.ts'
import { fakeNetwork } from './fake-network.ts'

import { FIRST, storedManifests } from './stored-manifests.ts'

export const PASSWORD = 'a long enough password'
export type PeopleFixture = Awaited<ReturnType<typeof createPeopleFixture>>

/** The people's door over a real store on a loopback port, with one machine, one image and a user of every role. */
export async function createPeopleFixture() {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-people-'))
  const store = await createStore(join(folder, 'slipway.db'))
  const clock = { now: () => Date.now() }
  const access = createAccessService({ store: store.access, clock })
  const feed = createRunFeed()
  const enter = createRunEffects({
    record: () => record,
    runChecks: () => async () => {},
    events: store.runs.events,
    powerOn: async () => undefined,
    log: silentLog,
  })
  const record: RecordEvent = createRunRecorder({
    runs: store.runs,
    enter,
    explain: explainFailure,
    feed,
    clock,
    log: silentLog,
  })
  const profiles = createMachineProfiles({ profiles: store.profiles })
  const machines = createMachineRegistry({ store, clock }, profiles)
  const registry = createProfileRegistry(store, machines)
  const resources = { ...store, machines }
  const runs = createRunService({
    ...{ runs: store.runs, machines: store.machines, profileOf: profileOfRun({ store }, profiles) },
    images: { ...store.images, assertInUse: async () => {}, assertNotRevoked: async () => {} },
    installs: {
      orderOf: async ({ install }) => ({ family: install!.family, release: 'debian-12', settings: {} }),
      assertReady: async () => {},
    },
    record,
    enter,
    clock,
  })
  await store.profiles.save(HardwareProfile.parse({ name: 'any' }))
  await store.machines.save({ name: 'm1', macs: ['52:54:00:00:00:01'], profile: 'any' })
  await store.images.add({
    name: 'debian',
    version: '1',
    kind: 'disk',
    manifestDigest: FIRST,
    size: 1 << 30,
    storedBytes: 1 << 27,
    ownBytes: 1 << 26,
    createdAt: '2026-01-01T00:00:00Z',
  })
  const audit = (actor: { name: string }, action: string, target: string, detail: Record<string, unknown>) =>
    access.audit(actor.name, action, target, detail)
  const images = { list: store.images.list, manifest: storedManifests() }
  const transfers = store.runSamples.list
  const lifecycle = createLifecycle({
    ...{ store: store.imageLifecycle, index: store.images, keys: createKeyring(join(folder, 'keys')), clock },
    ...{ parentOf: async () => null, channels: [{ name: 'lab', site: 'test' }] },
  })
  const lifeOver: ImageLifeDoor['revoke'] = async (which, said) => ({
    ...(await lifecycle.revoke(which, said)),
    cancelled: [],
  })
  const bootPreview = fakeBootPreview()
  const network = fakeNetwork(store)
  const doctor = fakeDoctor()
  const jobs = createImageJobs(clock, silentLog)
  const wishes: ImportWish[] = []
  const uploads = createUploads(join(folder, 'uploads'), 1 << 20)
  const shelf = createTemplateShelf({ shipped: TEMPLATE_FOLDER, overlay: undefined, versions: store.templates })
  const templates = {
    ...createTemplateDesk({ store, clock }, shelf),
    ...createAnswerDesk({ store, machines, shelf, ports: { httpPort: 8081, agentPort: 8443, syslogPort: 514 } }),
  }
  const secrets = createSecretVault({ store: store.secrets, key: new Uint8Array(32), clock })
  const packages = createPackageDesk({
    ...{ settings: Settings.parse({ dataFolder: folder }), sources: store.packageSources, clock, log: silentLog },
  })
  const endpoints = [
    ...runRoutes({ runs, transfers, feed, audit }),
    ...imageRoutes(images),
    ...imageJobRoutes({
      startImport: async (wish, by) => {
        wishes.push(wish)
        return jobs.start(`import of ${wish.name}`, by, async () => {})
      },
      startInspection: async (what, which, by) => jobs.start(`${what} of ${which.name}`, by, async () => {}),
      jobs,
      audit,
    }),
    ...imageLifeRoutes({ life: { ...lifecycle, revoke: lifeOver }, audit }),
    ...bootPreviewRoutes(bootPreview),
    ...networkRoutes(network.door),
    ...doctorRoutes({ ...doctor, audit }),
    ...conflictRoutes({ list: store.conflicts.list, machines: store.machines }),
    ...resourceRoutes({ ...resources, audit }),
    ...machineRoutes({ machines, audit }),
    ...profileRoutes(registry),
    ...machineImportRoutes({ importMachines: createMachineImports(store), audit }),
    ...templateRoutes({ templates, audit }),
    ...packageRoutes({ packages, audit }),
    ...secretRoutes({ secrets, audit }),
  ]
  const people = createPeopleDoor({
    ...{ access, endpoints, version: '0', log: silentLog, metrics: async () => 'up 1\n', ready: async () => true },
    uploads: uploads.handler,
    console: createConsole({
      access,
      runs,
      feed,
      resources,
      profiles: registry,
      templates,
      saveTemplate: templateSaving({ templates, audit }),
      openRuns: store.runs.open,
      transfers,
      images,
      library: fakeLibrary(lifecycle, jobs.list),
      packages: { stands: packages.stands, httpPort: 8081 },
      leaseOf: async () => ({ segment: 'lab', address: '10.77.0.50', expiresAt: Date.UTC(2026, 0, 2) }),
      bootPreview,
      network: network.door,
      doctor,
      conflictsOf: store.conflicts.list,
    }),
  })
  const server = createServer(people)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const tokens = {} as Record<Role, string>
  for (const role of ROLES) {
    await access.addUser(role, role, 'test')
    tokens[role] = await access.addToken(role, 'test', 'test')
  }
  const call = (method: string, path: string, token?: string, body?: unknown, headers: Record<string, string> = {}) =>
    fetch(base + path, {
      ...{
        method,
        redirect: 'manual' as const,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    resources,
    base,
    store,
    access,
    runs,
    record,
    network,
    templates,
    packages,
    folder,
    doctor,
    endpoints,
    lifecycle,
    jobs,
    wishes,
    uploads,
    tokens,
    call,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
