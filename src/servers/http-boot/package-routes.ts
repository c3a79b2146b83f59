import express, { type Request, type Response, type Router } from 'express'
import { AppError } from '../../core/errors.ts'
import { readPackagePath } from '../../packages/package-path.ts'
import { clientAddress, type TrustedProxy } from './client-address.ts'
import { sendFile } from './send-file.ts'

/** What the door of packages needs: the cache, which tells by itself who asked for what. */
export type PackageRoutesDeps = {
  open(name: { source: string; path: string }, address: string): Promise<{ place: string; release(): void }>
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
    const file = await open(name, clientAddress(req, proxy))
    try {
      await sendPackage(file.place, name.path, req, res)
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

const sendPackage = async (place: string, path: string, req: Request, res: Response): Promise<void> => {
  const type = TYPES.find(([ending]) => ending.test(path))?.[1]
  res.setHeader('x-content-type-options', 'nosniff')
  await sendFile(place, req, res, undefined, type)
}
