import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, test } from 'vitest'
import { createLoaderFiles } from '../../src/app/loader-files.ts'
import { LOADERS, loaderNamed } from '../../src/boot/firmware.ts'

const SIGNED = '/usr/lib/shim/shimx64.efi.signed'
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-loaders-'))
})
afterEach(() => rm(folder, { recursive: true }))

test.each(LOADERS.filter(({ from }) => from === 'operator-supplied').map(({ name }) => [name]))(
  'refuses %s with what to drop where, and takes it once it is there',
  async (name) => {
    const files = createLoaderFiles(folder)
    const [loader, file] = [loaderNamed(name)!, join(folder, 'loaders', name)]
    expect(await files.stateOf(loader)).toEqual({ missing: expect.stringMatching(`${name}.*put the file at ${file}$`) })
    await mkdir(join(folder, 'loaders'))
    await writeFile(file, 'not a PE file')
    expect(await files.stateOf(loader)).toEqual({ signed: false })
    await writeFile(file, await readFile(SIGNED))
    expect(await files.stateOf(loader)).toEqual({ signed: true })
    expect(files.path(loader)).toBe(file)
  },
)

it('takes the loaders of Debian’s packages from where these put them', async () => {
  const files = createLoaderFiles(folder)
  expect(await files.stateOf(loaderNamed('snponly.efi')!)).toEqual({ signed: false })
  expect(await files.stateOf(loaderNamed('shimx64.efi')!)).toEqual({ signed: true })
  expect(await files.stateOf(loaderNamed('slipway.img')!)).toEqual({ signed: true })
})

it('says which package brings a loader that is not there', async () => {
  const gone = { ...loaderNamed('snponly.efi')!, from: { debianPackage: 'ipxe', path: join(folder, 'none') } }
  expect(await createLoaderFiles(folder).stateOf(gone)).toEqual({
    missing: expect.stringMatching(/apt-get install --reinstall ipxe$/),
  })
})
