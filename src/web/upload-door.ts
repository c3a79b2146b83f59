import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import type { RequestHandler } from 'express'
import { AppError } from '../core/errors.ts'
import { actorWith } from './authentication.ts'

export const UPLOAD_PATH = '/api/v1/uploads'
/** An upload that nobody went on with for this long is removed. */
const EXPIRES_MS = 7 * 24 * 60 * 60 * 1000
/** Made by us, unguessable, and never a path. */
const ID = /^[0-9a-f]{32}$/

export type Uploads = {
  /** Speaks tus 1.0.0 below `UPLOAD_PATH` with operators. */
  handler: RequestHandler
  /** The file of a finished upload. Throws request.invalid for no upload, or one that is not whole. */
  file(id: string): Promise<string>
  remove(id: string): Promise<void>
  sweep(): Promise<void>
}

/** Resumable uploads (tus.io protocol 1.0.0) into a folder; `maxBytes` bounds one. */
export function createUploads(folder: string, maxBytes: number): Uploads {
  const datastore = new FileStore({ directory: folder, expirationPeriodInMilliseconds: EXPIRES_MS })
  const tus = new Server({
    ...{ path: UPLOAD_PATH, datastore, maxSize: maxBytes, relativeLocation: true, allowedOrigins: [] },
    namingFunction: () => randomBytes(16).toString('hex'),
    getFileIdFromRequest: (_req, last) => (last !== undefined && ID.test(last) ? last : undefined),
  })
  return {
    handler: async (req, res) => {
      actorWith(req, 'operator')
      await tus.handle(req, res)
    },
    file: async (id) => {
      const upload = ID.test(id) ? await datastore.getUpload(id).catch(() => undefined) : undefined
      if (upload === undefined) throw new AppError('request.invalid', 'expected the id of an upload, got another')
      if (upload.offset === upload.size) return join(folder, id)
      const got = `${upload.offset} of ${upload.size ?? 'unknown'} bytes`
      throw new AppError('request.invalid', `expected a finished upload, got ${got}`)
    },
    remove: async (id) => {
      if (!ID.test(id)) return
      await rm(join(folder, id), { force: true })
      await rm(join(folder, `${id}.json`), { force: true })
    },
    sweep: async () => void (await tus.cleanUpExpiredUploads()),
  }
}
