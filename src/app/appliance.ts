import { join } from 'node:path'
import { createAccessService } from '../access/access-service.ts'
import { createSecretVault } from '../access/secret-vault.ts'
import type { Settings } from '../config/settings.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { createLog, type Log } from '../core/log.ts'
import { contentKey } from '../library/blobs/blobs.ts'
import { createKeyring } from '../library/keyring.ts'
import { createLibrary } from '../library/library.ts'
import { createLifecycle } from '../library/life/lifecycle.ts'
import { createStoreHolds } from '../library/store-holds.ts'
import { createChunkCache } from '../servers/http-boot/chunk-cache.ts'
import { createStore } from '../store/create-store.ts'
import { createTemplateShelf } from '../templates/template-shelf.ts'
import { openApplianceKeys } from './appliance-keys.ts'
import { createPackageDesk } from './package-desk.ts'
import { TEMPLATE_FOLDER } from './program.ts'

const DAY_MS = 24 * 60 * 60 * 1000

export type Appliance = Awaited<ReturnType<typeof openAppliance>>

/** What every command on the appliance needs: its store, keys, image library and users, below one data folder. */
export async function openAppliance(
  settings: Settings,
  log: Log = createLog(settings.log.level),
  clock: Clock = systemClock,
) {
  const below = (name: string): string => join(settings.dataFolder, name)
  const store = await createStore(below('slipway.db'))
  const keys = await openApplianceKeys(below('keys'))
  const keyring = createKeyring(below('keys'))
  const library = createLibrary({
    ...{ folder: below('library'), index: store.images, keys: keyring, clock, log },
    holds: createStoreHolds(store.libraryHolds, clock),
    liveFacts: async () => ({
      states: await store.imageLifecycle.states(),
      inRuns: new Set((await store.runs.open()).map(({ manifestDigest }) => manifestDigest)),
      now: clock.now(),
      keepMs: settings.library.keepRetiredDays * DAY_MS,
    }),
    faults: store.libraryFaults,
  })
  const lifecycle = createLifecycle({
    ...{ store: store.imageLifecycle, index: store.images, keys: keyring, channels: settings.channels, clock },
    parentOf: async (digest) => {
      const { manifest } = await library.content(digest)
      return manifest.format === 'slipway-image/1' ? manifest.parent : null
    },
  })
  const packages = createPackageDesk({ settings, log, clock, sources: store.packageSources })
  return {
    settings,
    log,
    clock,
    store,
    keys,
    keyring,
    library,
    lifecycle,
    /** The chunks that machines read last, for all segments. */
    chunks: createChunkCache((digest) => library.openChunk(digest)),
    access: createAccessService({ store: store.access, clock }),
    secrets: createSecretVault({ store: store.secrets, key: keys.secretKey, clock }),
    shelf: createTemplateShelf({
      ...{ shipped: TEMPLATE_FOLDER, overlay: settings.templateFolder, versions: store.templates },
    }),
    ramdiskFolder: below('ramdisk'),
    /** The file of a blob by its digest. Throws request.invalid. */
    chunkFile: (digest: string): string => join(below('library'), contentKey(digest)),
    bootImageFolder: below('boot-images'),
    packages,
    close: async () => {
      await packages.stop()
      await store.close()
    },
  }
}
