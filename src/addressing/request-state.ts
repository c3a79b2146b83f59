/** The states of RFC 2131 §4.3.2 in which a client sends a REQUEST; RENEWING and REBINDING look alike in the packet. */
export type RequestState = 'selecting' | 'initReboot' | 'extending'

/** The fields of a REQUEST that tell its state; addresses as dotted quads, `ciaddr` 0.0.0.0 when unset. */
export type RequestFields = { serverId: string | undefined; requestedAddress: string | undefined; ciaddr: string }

export type RequestAsk = { state: RequestState; address: string } | { why: string }

/** The state a REQUEST was sent in and the address it is about (RFC 2131 table 4), or why it is none of them. */
export function readRequestState({ serverId, requestedAddress, ciaddr }: RequestFields): RequestAsk {
  if (serverId !== undefined)
    return requestedAddress === undefined
      ? { why: 'expected option 50 beside option 54 in a REQUEST, got none' }
      : { state: 'selecting', address: requestedAddress }
  if (ciaddr !== '0.0.0.0') return { state: 'extending', address: ciaddr }
  if (requestedAddress !== undefined) return { state: 'initReboot', address: requestedAddress }
  return { why: 'expected option 50 or ciaddr in a REQUEST, got neither' }
}
