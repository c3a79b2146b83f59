import type { LeaseBook } from '../../addressing/lease-book.ts'
import { readRequestState } from '../../addressing/request-state.ts'
import type { LeaseAnswer } from '../../addressing/segment-leases.ts'
import { bootFields } from '../../boot/boot-fields.ts'
import type { BootClient, BootDecision } from '../../domain/boot.ts'
import { isOnSegment } from '../../domain/segment.ts'
import type { ClientMessage, DhcpRequest } from './read-request.ts'
import { type DhcpReply, giveReply, refuseReply } from './reply.ts'

/** What is decided for: `foresee` is a DISCOVER of a client that is only looked at, which begins no boot session. */
export type BootMoment = 'discover' | 'request' | 'foresee'

/** The part of the lease book that answers need. */
export type LeaseDesk = Pick<LeaseBook, 'offer' | 'request' | 'decline' | 'release' | 'withdraw'>

/** What an answer is made from. `isOurs`: the address is one of this host's (option 54 of a multi-homed server). */
export type AnswerDeps = {
  httpPort: number
  leases: LeaseDesk
  /** Why this client must not have the address of the machine it claims to be; undefined for everyone else. */
  whyImpostor(client: BootClient): Promise<string | undefined>
  decide(client: BootClient, moment: BootMoment): Promise<BootDecision>
  isOurs(address: string): boolean
}

/**
 * `informed`: the ACK of an INFORM, which binds nothing. `noted`: a DECLINE or RELEASE, which is acted on and gets no
 * reply. `conflict`: two machines claim one MAC or id; it is also part of `why`.
 */
export type DhcpAnswer = {
  answer: 'offer' | 'ack' | 'nak' | 'informed' | 'noted' | 'ignored'
  reply: DhcpReply | undefined
  address: string | undefined
  why: string | undefined
  conflict: string | undefined
  /** What was decided for a machine that asked how to boot. */
  decision: BootDecision['kind'] | undefined
  /** The client does not use the address yet, so that somebody unknown may. */
  untried: boolean
  /** No address was left for anyone. */
  exhausted: boolean
  /** Another server that the client chose (option 54). */
  otherServer: string | undefined
}

type Answerer = (request: DhcpRequest, deps: AnswerDeps) => Promise<DhcpAnswer>

/**
 * The answer to a message of a client (RFC 2131 §4.3). Who contradicts the machine it claims to be changes nothing of
 * that machine's lease by any message. Rejects only when the lease store or `decide` does.
 */
export const answerRequest: Answerer = async (request, deps) => {
  const impostor = await deps.whyImpostor(request.boot)
  return impostor === undefined ? ANSWERS[request.type](request, deps) : ignored(impostor)
}

const ANSWERS: Readonly<Record<ClientMessage, Answerer>> = {
  discover: async (request, deps) => {
    const { requestedAddress: address, leaseSeconds: seconds } = request.packet.options
    return give('offer', request, deps, deps.leases.offer(request.segment.name, request.lease, { address, seconds }))
  },
  request: async (request, deps) => {
    const { options, ciaddr } = request.packet
    const { serverId, requestedAddress, leaseSeconds: seconds } = options
    if (isForAnother(request, deps)) {
      deps.leases.withdraw(request.segment.name, request.lease)
      return { ...ignored(`the client chose the server ${serverId}`), otherServer: serverId }
    }
    const ask = readRequestState({ serverId, requestedAddress, ciaddr })
    if ('why' in ask) return ignored(ask.why)
    const answer = await deps.leases.request(request.segment.name, request.lease, { ...ask, seconds })
    return give('ack', request, deps, answer)
  },
  decline: async (request, deps) => {
    const { serverId, requestedAddress } = request.packet.options
    if (serverId === undefined || requestedAddress === undefined)
      return ignored('expected options 54 and 50 in a DECLINE')
    if (isForAnother(request, deps)) return ignored(`the DECLINE is for the server ${serverId}`)
    return noted(requestedAddress, await deps.leases.decline(request.segment.name, request.lease, requestedAddress))
  },
  release: async (request, deps) => {
    const { serverId } = request.packet.options
    if (isForAnother(request, deps)) return ignored(`the RELEASE is for the server ${serverId}`)
    const { ciaddr } = request.packet
    return noted(ciaddr, await deps.leases.release(request.segment.name, request.lease, ciaddr))
  },
  inform: async (request) => {
    const { ciaddr } = request.packet
    if (!isOnSegment(request.segment, ciaddr))
      return ignored(`expected an INFORM from an address of this segment, got ${ciaddr}`)
    const boot = { siaddr: '0.0.0.0', file: '', options: {}, why: undefined }
    const reply = giveReply('ack', request, { lease: undefined, boot })
    return { ...ignored(undefined), answer: 'informed', reply, address: ciaddr }
  },
}

async function give(
  type: 'offer' | 'ack',
  request: DhcpRequest,
  deps: AnswerDeps,
  lease: LeaseAnswer,
): Promise<DhcpAnswer> {
  if (lease.kind === 'ignore') return { ...ignored(lease.why), exhausted: lease.exhausted }
  if (lease.kind === 'nak') return { ...ignored(lease.why), answer: 'nak', reply: refuseReply(request, lease.why) }
  const decision = await deps.decide(request.boot, type === 'offer' ? 'discover' : 'request')
  const boot = bootFields(decision, request.boot, request.segment, deps.httpPort)
  const why = [lease.conflict, boot.why].filter((text) => text !== undefined).join('; ') || undefined
  const reply = giveReply(type, request, { lease, boot })
  const { address, conflict, untried } = lease
  return { ...ignored(why), answer: type, reply, address, conflict, untried, decision: decision.kind }
}

/** True when option 54 names another server; under a relay's override ours is what the relay says (RFC 5107). */
function isForAnother({ packet, serverId }: DhcpRequest, deps: AnswerDeps): boolean {
  const named = packet.options.serverId
  return named !== undefined && named !== serverId && !deps.isOurs(named)
}

/** An answer that is silence; `why` is what the console shows. */
export const ignored = (why: string | undefined): DhcpAnswer => ({
  answer: 'ignored',
  reply: undefined,
  address: undefined,
  why,
  conflict: undefined,
  decision: undefined,
  untried: false,
  exhausted: false,
  otherServer: undefined,
})

const noted = (address: string, { changed, why }: { changed: boolean; why: string }): DhcpAnswer =>
  changed ? { ...ignored(why), answer: 'noted', address } : ignored(why)
