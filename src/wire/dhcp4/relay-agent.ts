import { AppError } from '../../core/errors.ts'
import { type Codec, ipv4, opaque } from './codecs.ts'
import { readSuboptions } from './suboptions.ts'

/** Suboptions of option 82 that change an answer or tell where a machine is plugged in. */
const SUBOPTIONS = {
  circuitId: { code: 1, codec: opaque(0) }, //         RFC 3046 §3.1
  remoteId: { code: 2, codec: opaque(0) }, //          RFC 3046 §3.2
  linkSelection: { code: 5, codec: ipv4 }, //          RFC 3527 §3
  serverIdOverride: { code: 11, codec: ipv4 }, //      RFC 5107 §4
} as const satisfies Record<string, { code: number; codec: Codec<never> | Codec<unknown> }>

type Rows = typeof SUBOPTIONS
/** What a relay says beside its address (giaddr). */
export type RelayAgent = { -readonly [K in keyof Rows]?: ReturnType<Rows[K]['codec']['decode']> }

/** Reads option 82. A relay that writes it wrongly says nothing: the option is still echoed as it is. */
export function readRelayAgent(bytes: Uint8Array | undefined): RelayAgent {
  if (bytes === undefined) return {}
  try {
    const found = readSuboptions(bytes, 'none')
    const entries = Object.entries(SUBOPTIONS).flatMap(([name, { code, codec }]) => {
      const value = found.get(code)
      return value === undefined ? [] : [[name, codec.decode(value)]]
    })
    return Object.fromEntries(entries)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return {}
  }
}
