import type { DhcpMode } from '../../domain/segment.ts'
import { answerProxy, type ProxyDeps } from '../proxy-dhcp/answer-proxy.ts'
import { type AnswerDeps, answerRequest, type DhcpAnswer, ignored, type LeaseDesk } from './answer.ts'
import type { DhcpRequest } from './read-request.ts'

/** What a request is answered from. `imagined`: leases that are never stored, for segments that are only observed. */
export type ModeDeps = AnswerDeps & ProxyDeps & { imagined: LeaseDesk }

type ModeRow = { sends: boolean; answer(request: DhcpRequest, deps: ModeDeps): Promise<DhcpAnswer> }

/** How a segment's mode answers, and whether the answer leaves. */
export const DHCP_MODES: Readonly<Record<DhcpMode, ModeRow>> = {
  authoritative: { sends: true, answer: answerRequest },
  proxy: { sends: true, answer: answerProxy },
  observe: {
    sends: false,
    answer: (request, deps) =>
      answerRequest(request, {
        ...deps,
        leases: deps.imagined,
        whyImpostor: async () => undefined,
        decide: (client) => deps.decide(client, 'foresee'),
      }),
  },
  off: { sends: false, answer: async () => ignored('the segment is switched off') },
}
