import { join } from 'node:path'
import { createBootSecrets } from '../boot/boot-secrets.ts'
import type { ExportWish, MediumOptions } from '../cli/appliance-commands.ts'
import { AppError } from '../core/errors.ts'
import type { MadeMedium } from '../domain/media-kind.ts'
import { trustedKeyToPem } from '../image/signature.ts'
import type { IsoWish } from '../library/export/iso/iso-wish.ts'
import { FLAVOURS, type FlavourName } from '../ramdisk/flavours.ts'
import type { Appliance } from './appliance.ts'
import { mediumToken } from './medium-reports.ts'
import { oneOf } from './one-of.ts'
import { buildApplianceRamdisk } from './ramdisks.ts'

type OnStep = (step: string) => void

/** Loaders that firmware with Secure Boot starts, as Debian's packages hold them. */
const LOADERS = {
  shim: '/usr/lib/shim/shimx64.efi.signed',
  grub: '/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed',
  mokManager: '/usr/lib/shim/mmx64.efi.signed',
} as const

/**
 * Writes a version as signed files; a medium gets a ramdisk that trusts this library's keys. Throws image.not_found,
 * request.invalid, agent.build_failed, and as the library's exports do.
 */
export async function exportImage(
  appliance: Appliance,
  { name, version, wish, iso }: ExportWish,
  onStep: OnStep,
  onProgress: (done: number, total: number) => void,
): Promise<MadeMedium[]> {
  const { library } = appliance
  const row = await library.find(name, version)
  if (!row) throw new AppError('image.not_found', `expected ${name} ${version} in the library, got none`)
  const bootable = wish.iso === undefined ? undefined : await mediumFiles(appliance, iso, row.manifestDigest, onStep)
  return library.exportMedia(row.manifestDigest, wish, bootable, onProgress)
}

/** Kernel and ramdisk of the medium are built apart from those that machines are given over the network. */
async function mediumFiles(
  appliance: Appliance,
  iso: MediumOptions,
  manifestDigest: string,
  onStep: OnStep,
): Promise<IsoWish> {
  const flavour = oneOf(Object.keys(FLAVOURS) as FlavourName[], iso.flavour, 'a flavour')
  const wrong = iso.kernelArguments.find((word) => !/^[\w.,:=/@+-]+$/.test(word))
  if (wrong) throw new AppError('request.invalid', `expected plain kernel arguments, got ${JSON.stringify(wrong)}`)
  const target = join(appliance.settings.dataFolder, 'ramdisk-media', flavour)
  const { kernel, initrd } = await buildApplianceRamdisk(appliance, flavour, false, onStep, target)
  const token = mediumToken(createBootSecrets(appliance.keys.bootSecret), manifestDigest)
  const report = iso.report === undefined ? undefined : { door: doorOf(iso.report, appliance), token }
  return { ...LOADERS, kernel, initrd, erase: iso.erase, kernelArguments: iso.kernelArguments, report }
}

/** The agents' door at an IPv4 address; its port where none is told. Throws request.invalid. */
function doorOf(address: string, { settings }: Appliance): string {
  const [, host, port] = /^(\d{1,3}(?:\.\d{1,3}){3})(?::(\d{1,5}))?$/.exec(address) ?? []
  if (host) return `${host}:${port ?? settings.machines.agentPort}`
  throw new AppError('request.invalid', `expected an IPv4 address, with a port or not, got ${JSON.stringify(address)}`)
}

/** The public half of the key that signs here, as SPKI PEM. */
export async function imageKey({ library }: Pick<Appliance, 'library'>): Promise<{ id: string; pem: string }> {
  const [own] = await library.trustedKeys()
  return { id: own!.id, pem: trustedKeyToPem(own!) }
}
