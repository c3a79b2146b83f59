import * as z from 'zod'
import { AppError } from '../core/errors.ts'

const channels = z.array(
  z.object({ image: z.string(), channel: z.string(), version: z.string(), manifestDigest: z.string() }),
)
const version = z.object({
  manifest: z.base64(),
  signatures: z.base64(),
  statements: z.array(z.object({ kind: z.string(), document: z.string(), keyId: z.string(), signature: z.string() })),
})
const PATIENCE_MS = 120_000

/** The library of another appliance, by its API. `url` of its people's door; `token` of a viewer there, or an operator to report. */
export function createLibraryClient({ url, token }: { url: string; token: string }) {
  const ask = async (path: string, more: RequestInit = {}): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const target = `${url.replace(/\/$/, '')}/api/v1${path}`
    const signal = AbortSignal.timeout(PATIENCE_MS)
    return fetch(target, { ...more, headers, signal, redirect: 'error' }).catch((error: unknown) => {
      throw new AppError('socket.failed', `expected an answer from ${target}, got: ${error}`, {}, error)
    })
  }
  /** Undefined for what is not there. */
  const read = async <T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> => {
    const response = await ask(path)
    if (response.status === 404) return undefined
    if (!response.ok) throw refused(path, response.status)
    const parsed = schema.safeParse(await response.json())
    if (parsed.success) return parsed.data
    throw new AppError('request.invalid', `expected ${path} as an appliance answers it, got another answer`)
  }
  return {
    channels: async () => (await read('/library/channels', channels)) ?? [],
    /** Undefined where it has no such version. */
    version: async (digest: string) => {
      const got = await read(`/library/versions/${digest}`, version)
      if (!got) return undefined
      const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
      return { manifest: bytes(got.manifest), signatures: bytes(got.signatures), statements: got.statements }
    },
    /** A blob's bytes as they come, or undefined where it has none. */
    open: async (digest: string): Promise<AsyncIterable<Uint8Array> | undefined> => {
      const response = await ask(`/library/blobs/${digest}`)
      if (response.status === 404) return undefined
      if (!response.ok || !response.body) throw refused(`/library/blobs/${digest}`, response.status)
      return response.body
    },
    report: async (depot: string, holds: readonly string[]): Promise<void> => {
      const response = await ask(`/depots/${depot}`, { method: 'PUT', body: JSON.stringify({ holds }) })
      if (!response.ok) throw refused(`/depots/${depot}`, response.status)
      await response.body?.cancel()
    },
  }
}

const refused = (path: string, status: number): AppError =>
  new AppError('request.invalid', `expected the upstream to answer ${path}, got ${status}`)
