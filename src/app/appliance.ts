import { join } from 'node:path'
import { createAccessService } from '../access/access-service.ts'
import type { Settings } from '../config/settings.ts'
import { type Clock, systemClock } from '../core/clock.ts'
import { createLog, type Log } from '../core/log.ts'
import { createKeyring } from '../library/keyring.ts'
import { createLibrary } from '../library/library.ts'
import { createStore } from '../store/create-store.ts'
import { openApplianceKeys } from './appliance-keys.ts'

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
  const library = createLibrary({
    folder: below('library'),
    index: store.images,
    keys: createKeyring(below('keys')),
    clock,
    log,
  })
  return {
    settings,
    log,
    clock,
    store,
    keys,
    library,
    access: createAccessService({ store: store.access, clock }),
    ramdiskFolder: below('ramdisk'),
    close: () => store.close(),
  }
}
