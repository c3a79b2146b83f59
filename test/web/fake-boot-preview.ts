import { AppError } from '../../src/core/errors.ts'
import type { BootPreviewRow } from '../../src/domain/boot-preview.ts'
import type { BootPreviewDoor } from '../../src/web/api/boot-preview-routes.ts'

/** Answers every question alike, as for a machine without a run; it knows one segment. */
export const fakeBootPreview =
  (): BootPreviewDoor =>
  async ({ mac, segment = 'lab', arch, class: wanted }) => {
    if (segment !== 'lab') throw new AppError('resource.not_found', `expected a segment (there is lab), got ${segment}`)
    const row = { kind: 'local', why: 'no run under grant' } as const
    const rows: BootPreviewRow[] = [
      { ...row, transport: 'DHCP, firmware x64 UEFI', class: 'pxe', outcome: 'silent', arch: arch ?? 7, answer: '' },
      {
        ...{ ...row, transport: 'DHCP, iPXE', class: 'ipxe', outcome: 'answered', arch: undefined },
        answer: 'http://10.77.0.1:8081/boot/ipxe',
      },
    ]
    return {
      ...{ mac, machine: mac === '52:54:00:00:00:01' ? 'm1' : undefined, segment, mode: 'authoritative' },
      rows: rows.filter((one) => wanted === undefined || one.class === wanted),
    }
  }
