import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { execa } from 'execa'
import { onTestFinished } from 'vitest'

export type Upstream = Awaited<ReturnType<typeof startUpstream>>

/** A server of files on a loopback port that remembers what it was asked for; `answer` stands in for its own. */
export async function startUpstream(folder: string) {
  const asked: string[] = []
  const state: { answer: RequestListener | undefined } = { answer: undefined }
  const server = createServer(async (req, res) => {
    asked.push(req.url!)
    if (state.answer) return state.answer(req, res)
    const bytes = await readFile(join(folder, decodeURIComponent(req.url!))).catch(() => undefined)
    if (!bytes) return res.writeHead(404).end()
    res.writeHead(200, { 'content-length': bytes.length }).end(bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onTestFinished(() => (server.listening ? stop() : undefined))
  const start = (): Promise<void> => new Promise((resolve) => void server.listen(port, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${port}`, asked, state, stop, start }
}

/** A new folder that goes with the test. */
export async function temporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `slipway-${name}-`))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Writes a file below a folder, which is made. */
export async function put(folder: string, path: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), bytes)
}

/** An archive that is signed as Debian's are; `publish` makes a package of each version and the lists of all. */
export async function createArchive() {
  const folder = await temporaryFolder('archive')
  const home = await temporaryFolder('gpg')
  const gpg = (...args: string[]) => execa('gpg', ['--homedir', home, '--batch', '--yes', '--quiet', ...args])
  await gpg('--passphrase', '', '--quick-generate-key', 'archive@test.invalid', 'ed25519', 'sign', 'never')
  onTestFinished(() => void execa('gpgconf', ['--homedir', home, '--kill', 'all'], { reject: false }))
  const key = join(home, 'archive.gpg')
  await gpg('--output', key, '--export')

  /** `byHash`: lists stand under the names of their digests too, and clients are told so. */
  const publish = async (packages: Record<string, string>, { byHash = true } = {}): Promise<void> => {
    const entries = await Promise.all(Object.entries(packages).map(([name, version]) => build(folder, name, version)))
    const lists = { Packages: Buffer.from(entries.join('\n')), 'Packages.gz': gzipSync(entries.join('\n')) }
    const lines: string[] = []
    for (const [name, bytes] of Object.entries(lists)) {
      const path = `main/binary-amd64/${name}`
      await put(folder, `dists/stable/${path}`, bytes)
      if (byHash) await put(folder, `dists/stable/main/binary-amd64/by-hash/SHA256/${sha256(bytes)}`, bytes)
      lines.push(` ${sha256(bytes)} ${bytes.length} ${path}`)
    }
    const head = ['Origin: Test', 'Suite: stable', 'Codename: stable', 'Architectures: amd64', 'Components: main']
    const date = `Date: ${new Date().toUTCString().replace('GMT', 'UTC')}`
    const release = [...head, date, `Acquire-By-Hash: ${byHash ? 'yes' : 'no'}`, 'SHA256:', ...lines, ''].join('\n')
    await put(folder, 'dists/stable/Release', release)
    const signed = join(folder, 'dists/stable/InRelease')
    await gpg('--output', signed, '--clearsign', join(folder, 'dists/stable/Release'))
  }
  return { folder, key, publish }
}

/** Builds a package below `pool/` and returns its entry of the list. */
async function build(folder: string, name: string, version: string): Promise<string> {
  const tree = await temporaryFolder('package')
  const control = [
    `Package: ${name}`,
    `Version: ${version}`,
    'Architecture: amd64',
    'Maintainer: Test <t@test.invalid>',
  ]
  await put(tree, 'DEBIAN/control', [...control, 'Description: of a test', ''].join('\n'))
  await put(tree, `usr/share/${name}`, `${name} ${version}`.repeat(100))
  const path = `pool/main/${name}/${name}_${version}_amd64.deb`
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await execa('dpkg-deb', ['--root-owner-group', '--build', tree, join(folder, path)])
  const bytes = await readFile(join(folder, path))
  const file = [`Filename: ${path}`, `Size: ${bytes.length}`, `SHA256: ${sha256(bytes)}`]
  return [...control, ...file, 'Description: of a test', ''].join('\n')
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
