import { readFile } from 'node:fs/promises'
import { createLibraryClient } from '../client/library-client.ts'
import { AppError } from '../core/errors.ts'
import { STATEMENT_KINDS, type StatementKind } from '../domain/image-lifecycle.ts'
import { encodeSignatures } from '../image/signature.ts'
import { blobsOf, type NeededBlob } from '../library/contents.ts'
import type { Upstream, UpstreamChannel } from '../library/depot/sync-depot.ts'
import type { DepotRoutesDeps } from '../web/api/depot-routes.ts'
import type { Appliance } from './appliance.ts'

/** What one synchronisation did; `refused`: channels that could not follow, and why. */
export type DepotSync = {
  versions: { name: string; version: string; fetched: number; bytes: number }[]
  moved: string[]
  refused: string[]
}

/** The appliance whose library this one follows. Throws config.invalid when none is set. */
export async function openUpstream({ settings }: Pick<Appliance, 'settings'>) {
  const { upstream } = settings.library
  if (!upstream) throw new AppError('config.invalid', 'expected library.upstream in the settings, got none')
  const token = (await readFile(upstream.tokenFile, 'utf8')).trim()
  return { ...upstream, client: createLibraryClient({ url: upstream.url, token }) }
}

/** Brings in what the followed channels point at, moves the channels here, and reports to the upstream. */
export async function syncDepot(
  appliance: Appliance,
  onProgress: (done: number, total: number) => void,
): Promise<DepotSync> {
  const { library, lifecycle, store } = appliance
  const { client, name, channels } = await openUpstream(appliance)
  const version = async (digest: string) => {
    const got = await client.version(digest)
    const statements = got?.statements.flatMap((one) => (isKind(one.kind) ? [{ ...one, kind: one.kind }] : []))
    return got && statements && { ...got, statements }
  }
  const upstream: Upstream = { ...client, version }
  // What was said upstream since then of versions that are here, a revocation above all.
  for (const row of await library.list()) {
    const news = await version(row.manifestDigest)
    if (news) await lifecycle.adopt(row, news.statements)
  }
  const wanted = (await upstream.channels()).filter(({ channel }) => channels.includes(channel))
  const done: DepotSync = { versions: [], moved: [], refused: [] }
  for (const { image, channel, version, manifestDigest } of wanted) {
    const synced = await library.syncVersion(upstream, manifestDigest, onProgress)
    await lifecycle.adopt(synced.row, synced.statements)
    if (synced.fetched > 0) done.versions.push({ name: image, version, fetched: synced.fetched, bytes: synced.bytes })
    const now = (await store.imageLifecycle.moves(image, channel))[0]?.golden?.manifestDigest
    if (now === manifestDigest) continue
    try {
      await lifecycle.promote({ name: image, version }, channel, { by: 'depot sync', body: { from: 'upstream' } })
      done.moved.push(`${image} ${channel} to ${version}`)
    } catch (error) {
      done.refused.push(error instanceof Error ? error.message : String(error))
    }
  }
  await client.report(name, await heldWhole(appliance))
  return done
}

/** The manifests of versions whose every blob is here. */
async function heldWhole({ library }: Appliance): Promise<string[]> {
  const rows = await library.list()
  const reports = await Promise.all(
    rows.map(({ manifestDigest }) => library.verify(manifestDigest, false).catch(() => undefined)),
  )
  return rows.filter((_, at) => reports[at]?.faults.length === 0).map(({ manifestDigest }) => manifestDigest)
}

const isKind = (kind: string): kind is StatementKind => Object.hasOwn(STATEMENT_KINDS, kind)

/** What depots of this appliance ask, and how far each is behind. */
export function depotDoor({ library, lifecycle, store, clock }: Appliance): Omit<DepotRoutesDeps, 'audit'> {
  const channels = async (): Promise<UpstreamChannel[]> =>
    (await store.imageLifecycle.channels()).flatMap(({ image, channel, golden }) =>
      golden ? [{ image, channel, ...golden }] : [],
    )
  const needs = async (digest: string): Promise<NeededBlob[]> => blobsOf((await library.content(digest)).manifest)
  return {
    channels,
    version: async (digest) => {
      const { bytes, signatures, manifest } = await library.content(digest)
      const row = await library.find(manifest.name, manifest.version)
      const statements = row?.manifestDigest === digest ? await lifecycle.statements(row) : []
      return { manifest: bytes, signatures: encodeSignatures(signatures.signatures), statements }
    },
    openBlob: (digest) => library.openChunk(digest),
    depots: {
      report: (name, holds) => store.depots.report(name, holds, clock.now()),
      stands: async () => {
        const [reports, golden] = [await store.depots.list(), await channels()]
        return Promise.all(
          reports.map(async ({ name, at, holds }) => {
            const here = new Set((await library.list()).map(({ manifestDigest }) => manifestDigest))
            const held = (await Promise.all(holds.filter((one) => here.has(one)).map(needs))).flat()
            const has = new Set(held.map(({ digest }) => digest))
            const behind = golden.map(async (one) => {
              const lacking = (await needs(one.manifestDigest)).filter(({ digest }) => !has.has(digest))
              const behindBytes = lacking.reduce((sum, { length }) => sum + length, 0)
              return { ...one, behindChunks: lacking.length, behindBytes }
            })
            return { name, at, channels: await Promise.all(behind) }
          }),
        )
      },
    },
  }
}
