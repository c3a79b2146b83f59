import { HTTP_CLASS, PXE_CLASS } from '../../boot/boot-client.ts'
import type { BootFields } from '../../boot/boot-fields.ts'
import { encodeOptions, type Options } from '../../wire/dhcp4/options.ts'
import { DISCOVERY, encodePxeOptions } from '../../wire/dhcp4/pxe-options.ts'
import type { DhcpRequest } from '../dhcp/read-request.ts'
import { copiedHeader, type DhcpReply, echoed, roomFor } from '../dhcp/reply.ts'

/**
 * Option 43 by which UEFI firmware takes the boot file of this very offer. Without it EDK2 holds an offer with class
 * PXEClient for one of Microsoft's BINL servers and insists on asking port 4011.
 */
const USE_BOOT_FILE = encodePxeOptions({ discoveryControl: DISCOVERY.bootFileWithoutPrompt })

/**
 * An OFFER or ACK that gives no address and no lease (PXE 2.1 §2.2.3, §2.2.5): who we are, the class that makes it a
 * proxy's answer, the boot fields, the machine's own identifiers, option 82 last.
 */
export function proxyReply(type: 'offer' | 'ack', { packet, serverId }: DhcpRequest, boot: BootFields): DhcpReply {
  const { vendorClass, vendorSpecific, ...rest } = boot.options
  const byHttp = vendorClass === HTTP_CLASS
  const options: Options = {
    ...{ messageType: type, serverId, vendorClass: byHttp ? HTTP_CLASS : PXE_CLASS },
    ...(byHttp ? {} : { vendorSpecific: vendorSpecific ?? USE_BOOT_FILE }),
    ...rest,
  }
  return {
    type,
    header: {
      ...copiedHeader(packet),
      ciaddr: type === 'ack' ? packet.ciaddr : '0.0.0.0',
      siaddr: boot.siaddr,
      file: boot.file,
    },
    raw: new Map([...encodeOptions(options), ...echoed(packet.raw)]),
    mostBytes: roomFor(packet.options.maxMessageBytes),
  }
}
