import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createSysfs, type Sysfs } from '../../../src/agent/inventory/sysfs.ts'

export const DMI = 'sys/class/dmi/id'

/** The least that the kernel shows of a machine. */
export const BASE = {
  'proc/meminfo': 'MemTotal:        1018856 kB\nMemFree: 1 kB\n',
  'proc/cpuinfo': 'processor\t: 0\nmodel name\t: QEMU Virtual CPU version 2.5+\n',
  'sys/devices/system/cpu/cpu0/online': '1',
  'sys/devices/system/cpu/cpu1/online': '1',
}

/** A folder with files and links as the kernel shows them, and what reads it. */
export async function fakeMachine(
  files: Record<string, string | Buffer>,
  links: Record<string, string> = {},
): Promise<Sysfs> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-sysfs-'))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await symlink(target, join(root, path))
  }
  return createSysfs(root)
}
