import { mkdir, truncate, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { PeopleFixture } from './people-fixture.ts'

const MIB = 1024 ** 2

/**
 * Three sources as a site has them: one in use, one pinned, one that nobody has asked for. Files are sparse, and laid down
 * before the cache is first opened. No archive can be reached: what a test asks for and is not here must not leave this host.
 */
export async function addPackages(people: PeopleFixture, now: number): Promise<void> {
  const { packages, folder } = people
  const put = async (path: string, bytes: number): Promise<void> => {
    const file = join(folder, 'packages', path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, '')
    await truncate(file, bytes)
    await utimes(file, now / 1000, now / 1000)
  }
  await put('debian/dists/bookworm/InRelease', 151_000)
  for (const [index, size] of [9000, 4200, 311].entries())
    await put(`debian/pool/main/l/linux-${index}.deb`, size * MIB)
  await put('debian-security/dists/bookworm-security/InRelease', 48_000)
  await put('debian-security/pool/updates/main/o/openssl.deb', 6100 * MIB)
  await packages.save({ name: 'debian', url: 'http://127.0.0.1:1/debian' })
  await packages.save({ name: 'debian-security', url: 'http://127.0.0.1:1/debian-security' })
  await packages.save({
    name: 'a-vendor-whose-archive-has-a-long-name',
    url: 'https://127.0.0.1:1/linux/enterprise/stable/with/a/long/path/debian',
  })
  await packages.pin('debian-security')
  for (let times = 0; times < 40; times++)
    (await packages.open({ source: 'debian', path: 'pool/main/l/linux-2.deb' }, '10.77.0.50')).release()
}
