import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BOOT_IMAGE, BOOT_IMAGE_PARTS } from '../boot/firmware.ts'
import { AppError } from '../core/errors.ts'
import type { RunKind } from '../domain/run/run.ts'
import { type BootImage, buildBootImage } from '../ramdisk/boot-image.ts'
import type { BootImageParts, LoadingDecision } from '../servers/http-boot/boot-routes.ts'
import type { PatchedFile } from '../servers/http-boot/send-patched.ts'
import type { BootFilesOfRun } from './boot-files.ts'
import type { LoaderFiles } from './loader-files.ts'

export type BootImagesDeps = {
  /** Where the images are kept, a folder for each that there is to boot. */
  folder: string
  loaderFiles: Pick<LoaderFiles, 'path'>
  /** What a run boots. */
  filesOf(runId: string): Promise<BootFilesOfRun & { kind: RunKind }>
  script(decision: LoadingDecision, mac: string, localAddress: string): Promise<string>
}

const IMAGE_TYPE = 'application/vnd.efi-img'

/** The boot image as each machine is to get it: one file a ramdisk, with the script of its own session in it. */
export function createBootImages(deps: BootImagesDeps) {
  const building = new Map<string, Promise<BootImage>>()
  const imageOf = (name: string, wish: Parameters<typeof buildBootImage>[0]): Promise<BootImage> => {
    const pending =
      building.get(name) ?? buildBootImage(wish, join(deps.folder, name)).finally(() => building.delete(name))
    building.set(name, pending)
    return pending
  }
  return async (
    name: string,
    decision: LoadingDecision,
    mac: string,
    localAddress: string,
  ): Promise<(PatchedFile & BootImageParts) | undefined> => {
    if (name !== BOOT_IMAGE.name) return undefined
    const { name: files, kernel, initrd, digest: ramdiskDigest, kind } = await deps.filesOf(decision.runId)
    const { shim, grub } = BOOT_IMAGE_PARTS
    const loaders = { shim: deps.loaderFiles.path(shim), grub: deps.loaderFiles.path(grub) }
    const { path, size, script } = await imageOf(files, { kernel, initrd, ramdiskDigest, ...loaders })
    const bytes = padded(await deps.script(decision, mac, localAddress), script.length)
    const [kernelBytes, initrdBytes] = [(await stat(kernel)).size, (await stat(initrd)).size]
    return {
      ...{ path, size, patch: { offset: script.offset, bytes }, type: IMAGE_TYPE },
      ...{ scriptBytes: bytes.length, kernelBytes, initrdBytes, kind },
    }
  }
}

/** The script in exactly the room that it has in the image; empty lines are nothing to GRUB. */
export function padded(script: string, length: number): Buffer {
  const bytes = Buffer.from(script)
  if (bytes.length <= length) return Buffer.concat([bytes, Buffer.alloc(length - bytes.length, '\n')])
  throw new AppError('template.invalid', `expected a script of at most ${length} bytes, got ${bytes.length}`)
}
