import { open } from 'node:fs/promises'
import { DESCRIPTOR, isMediumLabel, readVolumeName } from '../../image/medium.ts'
import type { Sysfs } from '../inventory/sysfs.ts'

const NO_MEDIA = /^(loop|ram|zram|fd|dm-|md|nbd)/

/** A drive with a deployment medium in it: the device's name and the volume's. */
export type Medium = { device: string; label: string }

/** Every drive that holds a deployment medium of any version, CDs and sticks alike. `devices`: the folder of device nodes. */
export async function findMedia(sysfs: Sysfs, devices: string): Promise<Medium[]> {
  const names = (await sysfs.names('sys/block')).filter((name) => !NO_MEDIA.test(name))
  const labels = await Promise.all(names.map((name) => volumeName(`${devices}/${name}`)))
  return names.flatMap((device, at) => {
    const label = labels[at]
    return label !== undefined && isMediumLabel(label) ? [{ device, label }] : []
  })
}

/** An empty drive, a disk without a file system and one that can not be read have none. */
async function volumeName(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch(() => undefined)
  try {
    const part = await file?.read(Buffer.alloc(DESCRIPTOR.length), 0, DESCRIPTOR.length, DESCRIPTOR.offset)
    return part && part.bytesRead === DESCRIPTOR.length ? readVolumeName(part.buffer) : undefined
  } catch {
    return undefined
  } finally {
    await file?.close()
  }
}
