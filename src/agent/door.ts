import { type RequestOptions, request } from 'node:https'
import * as z from 'zod'
import { AppError } from '../core/errors.ts'
import { PinnedAgent } from './pinned-agent.ts'

/** How often an answer of 500 and above is taken for a passing fault. */
const TRIES = 8
const RETRY_MILLISECONDS = 1500
/** How long the appliance may be away, restarting or cut off; less than the silence that ends a run. */
const OUTAGE_MILLISECONDS = 240_000

export type DoorAnswer = { status: number; headers: Record<string, unknown>; body: Buffer }

/** The agents' door: JSON calls with the session token, repeated while the door can not be reached. */
export type Door = {
  useToken(token: string): void
  call<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T>
  download(path: string): Promise<DoorAnswer>
  /** Puts bytes there, again while the door can not be reached. */
  upload(path: string, bytes: Uint8Array, headers: Record<string, string>): Promise<void>
}

const ErrorAnswer = z.object({ code: z.string(), message: z.string() })

/** Opens the door at `host:port` whose public key is pinned, from a chosen local address if one is given. Refusals become AppErrors that quote the server's code. */
export function createDoor(address: string, keySha256: string, localAddress?: string): Door {
  const [host, port] = address.split(':') as [string, string]
  const agent = new PinnedAgent(keySha256)
  let token: string | undefined
  const send = (
    method: string,
    path: string,
    body: string | Uint8Array | undefined,
    more: Record<string, string> = {},
  ): Promise<DoorAnswer> => {
    const headers = {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(typeof body === 'string' ? { 'content-type': 'application/json' } : {}),
      ...more,
    }
    return exchange(
      { host, port, agent, method, path, headers, timeout: 30_000, ...(localAddress ? { localAddress } : {}) },
      body,
    )
  }
  return {
    useToken: (value) => {
      token = value
    },
    call: async (path, body, answer) => {
      const got = await persist(() => send('POST', path, JSON.stringify(body)))
      return answer.parse(got.body.length === 0 ? undefined : JSON.parse(got.body.toString('utf8')))
    },
    download: (path) => persist(() => send('GET', path, undefined)),
    upload: async (path, bytes, headers) => {
      const all = { ...headers, 'content-type': 'application/octet-stream', 'content-length': String(bytes.length) }
      await persist(() => send('PUT', path, bytes, all))
    },
  }
}

function exchange(options: RequestOptions, body: string | Uint8Array | undefined): Promise<DoorAnswer> {
  return new Promise((resolve, reject) => {
    const call = request(options, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      )
    })
    call.on('timeout', () => call.destroy(new Error('no answer within 30 s')))
    call.on('error', reject)
    call.end(body)
  })
}

async function persist(attempt: () => Promise<DoorAnswer>): Promise<DoorAnswer> {
  const started = performance.now()
  for (let answered = 1; ; ) {
    try {
      const answer = await attempt()
      if (answer.status < 400) return answer
      if (answer.status < 500 || answered === TRIES) throw refusal(answer)
      answered += 1
    } catch (error) {
      if (error instanceof AppError || performance.now() - started > OUTAGE_MILLISECONDS) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS))
  }
}

function refusal(answer: DoorAnswer): AppError {
  const text = answer.body.toString('utf8')
  const said = ErrorAnswer.safeParse(text.startsWith('{') ? JSON.parse(text) : undefined)
  const why = said.success ? `${said.data.code}: ${said.data.message}` : text.slice(0, 200)
  return new AppError('agent.token_refused', `the appliance refused with ${answer.status}: ${why}`, {
    status: answer.status,
    ...(said.success ? { code: said.data.code } : {}),
  })
}
