import { type BootFields, bootFields } from '../../boot/boot-fields.ts'
import type { BootDecision } from '../../domain/boot.ts'
import { type AnswerDeps, type DhcpAnswer, ignored } from '../dhcp/answer.ts'
import type { DhcpRequest } from '../dhcp/read-request.ts'
import { whyNotNetboot } from './netboot-client.ts'
import { proxyReply } from './proxy-reply.ts'

export type ProxyDeps = Pick<AnswerDeps, 'httpPort' | 'whyImpostor' | 'decide'> & {
  /** What goes before the files of a machine that no address will identify. */
  sessionPath(decision: BootDecision): string | undefined
}

const NONE = '0.0.0.0'

/**
 * The answer of a server that gives no addresses (PXE 2.1 §2.2.3): to the DISCOVER of a machine that boots from the
 * network an OFFER without an address; whatever is about addresses is another server's.
 */
export async function answerProxy(request: DhcpRequest, deps: ProxyDeps): Promise<DhcpAnswer> {
  if (request.type !== 'discover') return aboutAddresses(request)
  const { fields, ...rest } = await decideBoot(request, deps)
  if (!fields) return { ...ignored(rest.why), decision: rest.decision }
  return { ...ignored(rest.why), answer: 'offer', reply: proxyReply('offer', request, fields), decision: rest.decision }
}

/** The answer on port 4011 (PXE 2.1 §2.2.5): the same boot fields, in an ACK to the address that the machine has. */
export async function answerBootService(request: DhcpRequest, deps: ProxyDeps): Promise<DhcpAnswer> {
  if (request.type !== 'request' && request.type !== 'inform')
    return ignored(`a ${request.type} is not for the boot service`)
  const { fields, ...rest } = await decideBoot(request, deps)
  if (!fields) return { ...ignored(rest.why), decision: rest.decision }
  const address = request.packet.ciaddr
  return {
    ...ignored(rest.why),
    answer: 'ack',
    reply: proxyReply('ack', request, fields),
    address,
    decision: rest.decision,
  }
}

type Decided = { fields: BootFields | undefined } & Pick<DhcpAnswer, 'why' | 'decision'>

async function decideBoot(request: DhcpRequest, deps: ProxyDeps): Promise<Decided> {
  const nothing = (why: string | undefined, decision?: DhcpAnswer['decision']): Decided => ({
    fields: undefined,
    why,
    decision,
  })
  const why = whyNotNetboot(request)
  if (why !== undefined) return nothing(why)
  const impostor = await deps.whyImpostor(request.boot)
  if (impostor !== undefined) return nothing(impostor)
  // A machine whose DISCOVER only the other server saw begins its session here.
  const decision = await deps.decide(request.boot, 'discover')
  // Behind a relay there is no neighbour, and the lease is another server's.
  const path = request.packet.giaddr === NONE ? undefined : deps.sessionPath(decision)
  const fields = bootFields(decision, request.boot, request.segment, deps.httpPort, path)
  const { bootFile, vendorSpecific } = fields.options
  if (bootFile === undefined && vendorSpecific === undefined)
    return nothing(fields.why ?? 'nothing to boot, and nothing to say to that', decision.kind)
  return { fields, why: fields.why, decision: decision.kind }
}

const aboutAddresses = ({ type, packet }: DhcpRequest): DhcpAnswer => ({
  ...ignored(`a ${type} is for the server that gives addresses here`),
  otherServer: packet.options.serverId,
})
