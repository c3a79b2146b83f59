import { FIRMWARE, type FirmwareRow, firmwareOf } from '../boot/firmware.ts'
import { AppError } from '../core/errors.ts'
import type { BootStage } from '../domain/boot.ts'
import type { BootPreviewRow, BootQuestion } from '../domain/boot-preview.ts'

/** One way in which a machine asks; without a stage it is iPXE's request for its script, and no DHCP packet. */
export type Asking = {
  class: BootPreviewRow['class']
  stage: BootStage | undefined
  arch: number | undefined
  row: Pick<BootPreviewRow, 'transport' | 'class' | 'arch'>
}

const CLASS_OF = { tftp: 'pxe', http: 'http' } as const

/** The ways of a question, firmware first. Throws request.invalid where its class and architecture contradict each other. */
export function askings({ arch, class: wanted }: BootQuestion): Asking[] {
  const known = firmwareOf(arch)
  const fits = known && CLASS_OF[known.by]
  if (known && fits && (wanted === 'pxe' || wanted === 'http') && wanted !== fits)
    throw new AppError(
      'request.invalid',
      `expected an architecture of class ${wanted}, got ${arch} (${known.says}), which is class ${fits}`,
    )
  const rows = arch === undefined ? FIRMWARE : [known ?? unknownFirmware(arch, wanted)]
  const all = [
    ...rows.map(firmwareAsking),
    asking('DHCP, iPXE', 'ipxe', 'ipxe', arch),
    asking('HTTP, boot script', 'script', undefined, undefined),
    asking('DHCP, operating system', 'os', 'os', undefined),
  ]
  // iPXE goes on to ask for its script: one without the other tells half of what it would do.
  return all.filter(
    (way) => wanted === undefined || way.class === wanted || (wanted === 'ipxe' && way.class === 'script'),
  )
}

const asking = (
  transport: string,
  kind: Asking['class'],
  stage: Asking['stage'],
  arch: number | undefined,
): Asking => ({
  ...{ class: kind, stage, arch },
  row: { transport, class: kind, arch },
})

const firmwareAsking = ({ arch, says, by }: Pick<FirmwareRow, 'arch' | 'says' | 'by'>): Asking =>
  asking(`DHCP, firmware ${says}`, CLASS_OF[by], 'firmware', arch)

const unknownFirmware = (arch: number, wanted: BootQuestion['class']): Pick<FirmwareRow, 'arch' | 'says' | 'by'> => ({
  ...{ arch, says: `of architecture ${arch}` },
  by: wanted === 'http' ? 'http' : 'tftp',
})
