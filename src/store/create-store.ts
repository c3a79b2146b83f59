import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createAccessStore } from './access-store.ts'
import { createBootSessionStore } from './boot-session-store.ts'
import { createConflictStore } from './conflict-store.ts'
import { openDatabase } from './database.ts'
import { createImageVersionStore } from './image-version-store.ts'
import { createLeaseStore } from './lease-store.ts'
import { createMachineStore } from './machine-store.ts'
import { migrateDatabase } from './migrate.ts'
import { createProfileStore, createSegmentStore } from './resource-store.ts'
import { createRunSampleStore } from './run-sample-store.ts'
import { createRunStore } from './run-store.ts'

export type Store = Awaited<ReturnType<typeof createStore>>

/** Opens the database file, brings its schema up to date and returns one small store a noun. */
export async function createStore(file: string) {
  await mkdir(dirname(file), { recursive: true })
  const database = openDatabase(file)
  await migrateDatabase(database)
  return {
    leases: createLeaseStore(database),
    segments: createSegmentStore(database),
    profiles: createProfileStore(database),
    machines: createMachineStore(database),
    conflicts: createConflictStore(database),
    images: createImageVersionStore(database),
    runs: createRunStore(database),
    runSamples: createRunSampleStore(database),
    bootSessions: createBootSessionStore(database),
    access: createAccessStore(database),
    close: () => database.close(),
  }
}
