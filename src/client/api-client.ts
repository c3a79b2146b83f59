import { type IncomingMessage, type RequestOptions, request } from 'node:http'
import * as z from 'zod'
import { AppError, ERROR_CODES, type ErrorCode } from '../core/errors.ts'

/** Where the people's door is: a URL or a unix socket, and the token to show. */
export type ClientDoor = { url?: string | undefined; socket?: string | undefined; token?: string | undefined }
export type ApiClient = {
  get(path: string): Promise<unknown>
  post(path: string, body?: unknown): Promise<unknown>
  /** A file as it is, with its media type. */
  postText(path: string, type: string, text: string): Promise<unknown>
  put(path: string, body: unknown): Promise<unknown>
  delete(path: string): Promise<unknown>
  /** Server-sent events of a path, as parsed data, until the connection ends or `signal` aborts. */
  watch(path: string, signal: AbortSignal): AsyncGenerator<{ event: string; data: unknown }>
}

const ErrorAnswer = z.object({
  code: z.string(),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
})

/** Speaks to the service's API at /api/v1. Refusals become the AppErrors that the service threw. */
export function createApiClient(door: ClientDoor): ApiClient {
  const target = door.socket ? { socketPath: door.socket } : urlTarget(door.url ?? 'http://127.0.0.1:8080')
  const headers = door.token ? { authorization: `Bearer ${door.token}` } : {}
  const options = (method: string, path: string): RequestOptions => ({
    ...target,
    method,
    path: `/api/v1${path}`,
    headers: { ...headers, host: 'localhost' },
  })
  const call = async (method: string, path: string, body?: unknown, type?: string): Promise<unknown> => {
    const response = await send(options(method, path), body, type)
    const text = await readText(response)
    if ((response.statusCode ?? 0) >= 400) throw refusal(response.statusCode ?? 0, text)
    return text === '' ? undefined : JSON.parse(text)
  }
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body ?? {}),
    postText: (path, type, text) => call('POST', path, text, type),
    put: (path, body) => call('PUT', path, body),
    delete: (path) => call('DELETE', path),
    async *watch(path, signal) {
      const response = await send({ ...options('GET', path), signal }, undefined)
      if ((response.statusCode ?? 0) >= 400) throw refusal(response.statusCode ?? 0, await readText(response))
      yield* readEvents(response)
    },
  }
}

function urlTarget(url: string): RequestOptions {
  const { hostname, port, protocol } = new URL(url)
  return { host: hostname, port: port || (protocol === 'https:' ? 443 : 80) }
}

/** `type`: of a body that is text already; without it the body is sent as JSON. */
function send(options: RequestOptions, body: unknown, type?: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const payload = body === undefined ? undefined : type === undefined ? JSON.stringify(body) : String(body)
    const headers = {
      ...options.headers,
      ...(payload
        ? { 'content-type': type ?? 'application/json', 'content-length': String(Buffer.byteLength(payload)) }
        : {}),
    }
    const call = request({ ...options, headers }, resolve)
    call.on('error', (cause) =>
      reject(new AppError('socket.failed', `expected the service to answer: ${cause.message}`, {}, cause)),
    )
    call.end(payload)
  })
}

async function readText(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function refusal(status: number, text: string): AppError {
  const said = ErrorAnswer.safeParse(text.startsWith('{') ? JSON.parse(text) : undefined)
  if (said.success && said.data.code in ERROR_CODES)
    return new AppError(said.data.code as ErrorCode, said.data.message, said.data.details)
  return new AppError('request.invalid', `expected an answer of the API, got ${status}: ${text.slice(0, 200)}`)
}

async function* readEvents(response: IncomingMessage): AsyncGenerator<{ event: string; data: unknown }> {
  let rest = ''
  response.setEncoding('utf8')
  for await (const part of response) {
    const blocks = (rest + part).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const field = (name: string): string =>
        block
          .split('\n')
          .flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2)] : []))
          .join('\n')
      if (field('data') !== '') yield { event: field('event') || 'message', data: JSON.parse(field('data')) }
    }
  }
}
