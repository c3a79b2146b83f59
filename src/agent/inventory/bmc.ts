import type { Bmc } from '../../domain/inventory.ts'
import { attempt } from './attempt.ts'
import type { Sysfs } from './sysfs.ts'

/** Runs a program of the ramdisk and gives its standard output; throws where it is not there or fails. */
export type RunProgram = (program: string, args: string[]) => Promise<string>

const MOST_LETTERS = 65_536
const PATTERNS = {
  address: /^IP Address +: ((?:\d{1,3}\.){3}\d{1,3})$/m,
  mac: /^MAC Address +: ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})$/im,
} as const
const UNSET = new Set(['0.0.0.0', '255.255.255.255', '00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff'])

/**
 * The management controller: undefined where neither firmware nor kernel knows of one. Its address needs ipmitool and the
 * kernel's IPMI drivers, which only some ramdisks have; without them it is only told that it is there.
 */
export async function readBmc(
  sysfs: Sysfs,
  firmwareSaysSo: boolean,
  run: RunProgram | undefined,
  say: (line: string) => void,
): Promise<Bmc | undefined> {
  const hasDriver = (await sysfs.names('sys/module/ipmi_si')).length > 0
  if (!firmwareSaysSo && !hasDriver) return undefined
  if (!run) return { present: true }
  const ask = async () => {
    // The driver finds the controller by itself; the device file is another module, which nothing asks for.
    await run('modprobe', ['-qa', 'ipmi_si', 'ipmi_devintf'])
    return parseLanPrint(await run('ipmitool', ['-I', 'open', 'lan', 'print']))
  }
  return { present: true, ...(await attempt('the BMC’s address', ask, say)) }
}

/** Address and MAC out of what `ipmitool lan print` prints, each only where it is set. */
export function parseLanPrint(output: string): { address?: string; mac?: string } {
  const text = output.slice(0, MOST_LETTERS)
  const found = (['address', 'mac'] as const).flatMap((name) => {
    const value = PATTERNS[name].exec(text)?.[1]?.toLowerCase()
    return value && !UNSET.has(value) && isPossible(value) ? [[name, value]] : []
  })
  return Object.fromEntries(found) as { address?: string; mac?: string }
}

const isPossible = (value: string): boolean =>
  value.includes(':') || value.split('.').every((part) => Number(part) <= 255)
