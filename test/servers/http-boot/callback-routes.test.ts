import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AppError, ERROR_CODES } from '../../../src/core/errors.ts'
import type { Run } from '../../../src/domain/run/run.ts'
import { callbackRoutes } from '../../../src/servers/http-boot/callback-routes.ts'

const OPEN = { id: 'run-1', endedAt: undefined } as Run
const ENDED = { id: 'run-2', endedAt: 5 } as Run
let heard: [id: string, what: string, lines: string[], peer: string][]
let server: Server
let base: string
beforeEach(async () => {
  heard = []
  const routes = callbackRoutes({
    runOf: async (token) => ({ open: OPEN, ended: ENDED })[token],
    said: async (run, ...words) => void heard.push([run.id, ...words]),
  })
  const tell: express.ErrorRequestHandler = (error: unknown, _req, res, _next) => {
    const status = error instanceof AppError ? ERROR_CODES[error.code].status : (error as { status: number }).status
    res.status(status).end()
  }
  server = createServer(express().use(routes).use(tell))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/boot/callback`
})
afterEach(() => void server.close())

const say = async (path: string, body = '') => (await fetch(`${base}/${path}`, { method: 'POST', body })).status

it('records what a system says of its set-up, and the end of its log line by line', async () => {
  const log = Array.from({ length: 300 }, (_none, at) => `line ${at} \u001b[31mred`).join('\n')
  expect([await say('open/started'), await say('open/failed', log)]).toEqual([204, 204])
  expect(heard).toEqual([
    ['run-1', 'started', [], '127.0.0.1'],
    ['run-1', 'failed', expect.any(Array), '127.0.0.1'],
  ])
  const lines = heard[1]![2]
  expect([lines.length, lines.at(-1)]).toEqual([200, 'line 299 ·[31mred'])
})

it.each(['other/started', 'ended/started', 'open/verified', 'open/__proto__'])('hears nothing at %s', async (path) => {
  expect([await say(path, 'x'), heard]).toEqual([404, []])
})

it('keeps the end of a log however long it is, and takes no more calls than a set-up needs', async () => {
  expect(await say('open/failed', `${'x'.repeat(3 * 1024 * 1024)}\nits last line\n`)).toBe(204)
  expect(heard[0]![2].at(-1)).toBe('its last line')
  const answers = []
  for (let call = 0; call < 20; call += 1) answers.push(await say('open/started'))
  expect(answers.filter((status) => status === 204)).toHaveLength(15)
  expect(answers.at(-1)).toBe(429)
})
