import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'

export type Acceleration = 'kvm' | 'tcg'

const PROBE_MILLISECONDS = 8000

/**
 * KVM only where a guest kernel is seen to speak within seconds: there are hosts where /dev/kvm opens and every guest
 * hangs. The verdict is kept in the cache folder for as long as the host stays up.
 */
export async function probeAcceleration(kernel: string, cacheFolder: string): Promise<Acceleration> {
  if (
    !(await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
      () => true,
      () => false,
    ))
  )
    return 'tcg'
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  const note = join(cacheFolder, 'acceleration')
  const [knownBoot, known] = (await readFile(note, 'utf8').catch(() => '')).split(' ')
  if (knownBoot === bootId) return known as Acceleration
  const verdict: Acceleration = (await kernelSpeaks(kernel)) ? 'kvm' : 'tcg'
  await mkdir(cacheFolder, { recursive: true })
  await writeFile(note, `${bootId} ${verdict}`)
  return verdict
}

async function kernelSpeaks(kernel: string): Promise<boolean> {
  const child = execa(
    'qemu-system-x86_64',
    [
      ...[
        '-accel',
        'kvm',
        '-cpu',
        'host',
        '-machine',
        'pc,graphics=off',
        '-m',
        '256',
        '-nodefaults',
        '-display',
        'none',
      ],
      ...['-no-reboot', '-serial', 'stdio', '-kernel', kernel, '-append', 'console=ttyS0,115200 panic=-1'],
    ],
    { timeout: PROBE_MILLISECONDS, reject: false, stdin: 'ignore', forceKillAfterDelay: 1000 },
  )
  const { stdout } = await child
  return String(stdout).includes('Linux version')
}
