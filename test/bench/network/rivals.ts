import { createHash } from 'node:crypto'
import { access } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { resolvePackages, unpackPackages } from '../../../src/ramdisk/debian-package.ts'

/** Servers that people use today, and the libraries that a plain Debian system may lack. Unpacked, never installed. */
const SERVERS = [
  ...['tftpd-hpa', 'atftpd', 'libwrap0', 'libnsl2', 'libtirpc3', 'libpcre2-8-0'],
  ...['dnsmasq-base', 'libdbus-1-3', 'libnettle8', 'libhogweed6', 'libidn2-0', 'libunistring2'],
  ...[
    'libnetfilter-conntrack3',
    'libnfnetlink0',
    'libmnl0',
    'libnftables1',
    'libnftnl11',
    'libxtables12',
    'libjansson4',
  ],
  ...['nginx', 'nginx-light', 'nginx-common', 'libcrypt1'],
  ...['kea-dhcp4-server', 'kea-admin', 'kea-common', 'liblog4cplus-2.0.5', 'libboost-system1.74.0'],
  ...['libpq5', 'libmariadb3', 'libldap-2.5-0', 'libsasl2-2'],
]

/** The unpacked rivals: the path of a program, and the environment that it needs. */
export type Rivals = { program(path: string): string; env: Record<string, string> }

/** Fetches and unpacks packages once for each set of their versions. Throws agent.build_failed. */
export async function unpackRivals(names = SERVERS): Promise<Rivals> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'slipway')
  const packages = await resolvePackages(names)
  const key = createHash('sha256')
    .update(
      packages
        .map(({ sha256 }) => sha256)
        .sort()
        .join(),
    )
    .digest('hex')
  const tree = join(cache, 'rivals', key.slice(0, 16))
  const unpacked = await access(tree).then(
    () => true,
    () => false,
  )
  if (!unpacked) await unpackPackages(packages, join(cache, 'debian-packages'), tree)
  const libraries = ['usr/lib', 'lib'].map((folder) => join(tree, folder, 'x86_64-linux-gnu'))
  return { program: (path) => join(tree, path), env: { LD_LIBRARY_PATH: libraries.join(':') } }
}
