import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createAccessStore } from './access-store.ts'
import { createBootSessionStore } from './boot-session-store.ts'
import { createConflictStore } from './conflict-store.ts'
import { type DatabaseDoor, openDatabase } from './database.ts'
import { createDepotStore } from './depot-store.ts'
import { createImageLifecycleStore } from './image-lifecycle-store.ts'
import { createImageVersionStore } from './image-version-store.ts'
import { createLeaseStore } from './lease-store.ts'
import { createLibraryFaultStore } from './library-fault-store.ts'
import { createLibraryHoldStore } from './library-hold-store.ts'
import { createMachineImportStore } from './machine-import-store.ts'
import { createMachineStore } from './machine-store.ts'
import { migrateDatabase, pendingMigrations } from './migrate.ts'
import { createPackageSourceStore } from './package-source-store.ts'
import { createProfileStore } from './profile-store.ts'
import { createRunSampleStore } from './run-sample-store.ts'
import { createRunStore } from './run-store.ts'
import { createSecretStore } from './secret-store.ts'
import { createSegmentStore } from './segment-store.ts'
import { createTemplateStore } from './template-store.ts'
import { createUsedAnswerStore } from './used-answer-store.ts'

export type Store = ReturnType<typeof storesOver>

/** Opens the database file, brings its schema up to date and returns one small store a noun. */
export async function createStore(file: string): Promise<Store> {
  // The database holds hashes of passwords and tokens: nobody but the service reads its folder.
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const database = openDatabase(file)
  await migrateDatabase(database)
  return storesOver(database)
}

/**
 * Opens the database file as it is, to read: whatever would write throws store.failed. `pending` counts the migrations
 * that the next start of the service will make; until then a store may miss its columns, and throws store.failed too.
 */
export async function openStoreReadOnly(file: string): Promise<{ store: Store; pending: number }> {
  const database = openDatabase(file, { readOnly: true })
  try {
    return { store: storesOver(database), pending: await pendingMigrations(database) }
  } catch (error) {
    await database.close()
    throw error
  }
}

function storesOver(database: DatabaseDoor) {
  const machines = createMachineStore(database)
  return {
    leases: createLeaseStore(database),
    segments: createSegmentStore(database),
    profiles: createProfileStore(database),
    machines,
    machineImports: createMachineImportStore(database, machines.reload),
    conflicts: createConflictStore(database),
    images: createImageVersionStore(database),
    imageLifecycle: createImageLifecycleStore(database),
    libraryHolds: createLibraryHoldStore(database),
    libraryFaults: createLibraryFaultStore(database),
    depots: createDepotStore(database),
    packageSources: createPackageSourceStore(database),
    templates: createTemplateStore(database),
    secrets: createSecretStore(database),
    usedAnswers: createUsedAnswerStore(database),
    runs: createRunStore(database, machines.refresh),
    runSamples: createRunSampleStore(database),
    bootSessions: createBootSessionStore(database),
    access: createAccessStore(database),
    close: () => database.close(),
  }
}
