import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { execa } from 'execa'
import express from 'express'
import { systemClock } from '../../src/core/clock.ts'
import type { BenchNetwork } from '../../src/lab/bench-network.ts'
import { createAptHelper } from '../../src/packages/apt-helper.ts'
import { createPackageCache, type PackageAsking } from '../../src/packages/package-cache.ts'
import { packageRoutes } from '../../src/servers/http-boot/package-routes.ts'

/** Listens on loopback inside a namespace and hands all to a unix socket, whose other end is outside of it. */
const RELAY = `
  const { connect, createServer } = require('node:net')
  const [path, port] = process.argv.slice(1)
  createServer((near) => {
    const far = connect(path)
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  }).listen(Number(port), '127.0.0.1', () => console.log('ready'))
`
const PORT = 3142
const MOST_BYTES = 4 * 1024 ** 3

/** Where this host's own apt gets the main archive of Debian 12. */
export async function hostArchive(): Promise<string> {
  const { stdout } = await execa('apt-get', ['indextargets', '--format', '$(CODENAME) $(REPO_URI)'])
  const found = stdout.split('\n').find((line) => line.startsWith('bookworm '))
  if (!found) throw new Error('expected the lists of Debian 12 on this host, got none: run apt-get update')
  return found.split(' ')[1]!.replace(/\/$/, '')
}

/**
 * The way of a bench's appliance to an archive, where nothing in the bench has one: another package cache outside, which
 * the appliance knows as `url`. `asked` is all that was asked of it.
 */
export async function openArchiveRelay(network: Pick<BenchNetwork, 'inside'>, folder: string, archive: string) {
  const asked: PackageAsking[] = []
  const source = { name: 'archive', url: archive, pinnedAt: undefined }
  const cache = createPackageCache({
    ...{ folder: join(folder, 'outside'), mostBytes: MOST_BYTES, freshMs: 60_000, clock: systemClock },
    sources: { find: async (name) => (name === source.name ? source : undefined), list: async () => [source] },
    ...{ fetch: createAptHelper(), asked: (one: PackageAsking) => void asked.push(one) },
  })
  const tell: express.ErrorRequestHandler = (error: { code?: string }, _req, res, _next) =>
    void res.status(error.code === 'package.not_found' ? 404 : 502).end()
  const outside = createServer(
    express()
      .use(packageRoutes({ open: cache.open, proxy: undefined }))
      .use(tell),
  )
  const socket = join(folder, 'archive.sock')
  await once(outside.listen(socket), 'listening')
  const [command, args] = network.inside(process.execPath, ['-e', RELAY, socket, String(PORT)])
  const relay = execa(command, args, { stdin: 'ignore', reject: false, buffer: false })
  await once(relay.stdout!, 'data')
  return {
    ...{ url: `http://127.0.0.1:${PORT}/packages/archive`, asked },
    close: async () => {
      relay.kill()
      await relay
      outside.closeAllConnections()
      outside.close()
      await cache.stop()
    },
  }
}
