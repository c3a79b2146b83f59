import express, { type Request, type Response, type Router } from 'express'
import { AppError } from '../../core/errors.ts'
import type { OpenPackage } from '../../packages/package-cache.ts'
import { readPackagePath } from '../../packages/package-path.ts'
import { clientAddress, type TrustedProxy } from './client-address.ts'
import { sendFile } from './send-file.ts'
import { sendGrowing } from './send-growing.ts'

/** What the door of packages needs: the cache, which tells by itself who asked for what. */
export type PackageRoutesDeps = {
  /** With `mayGrow` a file that takes long is given while it comes in. */
  open(name: { source: string; path: string }, address: string, mayGrow: boolean): Promise<OpenPackage>
  proxy: TrustedProxy | undefined
}

/** What files of archives are, by how their names end; nothing that a browser would run. */
const TYPES: readonly [ending: RegExp, type: string][] = [
  [/\.[ud]?deb$/, 'application/vnd.debian.binary-package'],
  [/\.rpm$/, 'application/x-rpm'],
  [/\.gz$/, 'application/gzip'],
  [/\.xz$/, 'application/x-xz'],
  [/\.bz2$/, 'application/x-bzip2'],
  [/\.zst$/, 'application/zstd'],
  [/(^|\/)(InRelease|Release|Packages|Sources|Contents-[a-z0-9-]+|Translation-\w+)$/, 'text/plain; charset=utf-8'],
]

/** `/packages/<source>/<path>`: the files of archives, for any machine that reaches this door. There are no listings. */
export function packageRoutes({ open, proxy }: PackageRoutesDeps): Router {
  return express.Router().use('/packages', async (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') return next()
    const name = readName(req)
    // How large a file is can be told when it is whole.
    const file = await open(name, clientAddress(req, proxy), req.method === 'GET')
    try {
      await sendPackage(file, name.path, req, res)
    } finally {
      file.release()
    }
  })
}

/** The source and the path that a request names, read from the bytes that were sent: nothing is resolved before. */
function readName(req: Request): { source: string; path: string } {
  const [, source, rest] = /^\/packages\/([a-z0-9][a-z0-9-]{0,62})\/([^?#]+)$/.exec(req.originalUrl) ?? []
  if (source !== undefined && rest !== undefined) return { source, path: readPackagePath(rest) }
  throw new AppError('request.invalid', 'expected /packages/<source>/<path of a file>, got another path')
}

const sendPackage = async (file: OpenPackage, path: string, req: Request, res: Response): Promise<void> => {
  const type = TYPES.find(([ending]) => ending.test(path))?.[1] ?? 'application/octet-stream'
  res.setHeader('x-content-type-options', 'nosniff')
  if ('place' in file) return void (await sendFile(file.place, req, res, undefined, type))
  res.setHeader('content-type', type)
  await sendGrowing(file.growing.handle, file.growing.whole, res)
}
