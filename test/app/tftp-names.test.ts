import { expect, test } from 'vitest'
import { openTftpFile } from '../../src/app/tftp-files.ts'
import { LOADERS } from '../../src/boot/firmware.ts'

const loader = LOADERS[0]!
const PATH = '/usr/lib/ipxe/undionly.kpxe'
const SEGMENT = { address: '10.0.0.1' } as Parameters<typeof openTftpFile>[2]
const DEPS = {
  decideForMac: async () => ({ kind: 'grant' as const, runId: 'r', session: 1 }),
  choseDiscovery: async () => ({ kind: 'grant' as const, runId: 'r', session: 1 }),
  grubScript: async () => undefined,
  loaderPath: () => PATH,
  bootFiles: async () => ({ kernel: PATH, initrd: PATH }),
  noteLocal: () => {},
} satisfies Parameters<typeof openTftpFile>[3]

/** Names that mean a file somewhere when they are taken for a path. */
const HOSTILE = [
  ...['/etc/passwd', '../../etc/passwd', '..\\..\\etc\\passwd', '/../etc/shadow', './../../etc/hostname'],
  ...['....//....//etc/passwd', '%2e%2e/etc/passwd', '..%2fetc%2fpasswd', '..;/etc/passwd', 'file:///etc/passwd'],
  ...[
    '/proc/self/environ',
    '/proc/self/fd/0',
    '/dev/zero',
    '~root/.ssh/id_ed25519',
    '$HOME',
    '*',
    '.',
    '..',
    '/',
    '//',
  ],
  ...[PATH, `../..${PATH}`, `./${loader.name}`, `x/../${loader.name}`],
  ...[`${loader.name}/`, `${loader.name}/../x`, `${loader.name}%00`, ` ${loader.name}`, loader.name.toUpperCase()],
  ...[
    'constructor',
    '__proto__',
    'toString',
    'a'.repeat(500),
    '\u202e',
    '\ud800',
    'CON',
    'C:\\boot.ini',
    '|id',
    '`id`',
  ],
]

test.each(HOSTILE)('T-12: %j is no file', async (name) =>
  expect(await openTftpFile(name, '52:54:00:00:00:01', SEGMENT, DEPS)).toBeUndefined(),
)

test('T-12: a loader is one by its name in the catalogue, with or without the slash of some firmware', async () => {
  for (const name of [loader.name, `/${loader.name}`])
    expect((await openTftpFile(name, '52:54:00:00:00:01', SEGMENT, DEPS))?.size).toBeGreaterThan(1000)
})
