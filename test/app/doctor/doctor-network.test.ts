import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DoctorRow, DoctorState } from '../../../src/domain/doctor.ts'
import { Segment } from '../../../src/domain/segment.ts'
import { createStore } from '../../../src/store/create-store.ts'
import { type Network, openNetwork } from '../../servers/network.ts'

const PROGRAM = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))
const CALL = `
const [method, path, token] = process.argv.slice(1)
const answer = await fetch('http://127.0.0.1:8080/api/v1' + path, { method, headers: { authorization: 'Bearer ' + token } })
console.log(await answer.text())`
const LAB = {
  ...{ name: 'lab', site: { name: 'home', kind: 'test' }, interface: 'seg0', address: '10.77.0.1', prefix: 24 },
  ...{ range: { first: '10.77.0.100', last: '10.77.0.200' }, gateway: '10.77.0.2', nextServer: '10.77.0.9' },
}
const FAR = {
  ...{ ...LAB, name: 'far', subnet: '10.88.0.0', range: { first: '10.88.0.100', last: '10.88.0.200' } },
  ...{ relays: ['10.88.0.1', '10.99.0.1'], gateway: '10.88.0.1', nextServer: undefined },
}

let network: Network
let folder: string
const slipway = (...words: string[]): string[] => [
  'env',
  `SLIPWAY_DATA_FOLDER=${folder}`,
  process.execPath,
  '--no-warnings',
  PROGRAM,
  ...words,
]

/** The client's side is the gateway of one segment, and the relay before the other, on its own address there. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-doctor-'))
  network = await openNetwork('10.77.0.1')
  const ip = (namespace: string, ...words: string[]) => network.run(namespace, ['ip', ...words])
  await ip(network.client, 'addr', 'add', '10.77.0.2/24', 'dev', 'eth0')
  await ip(network.client, 'addr', 'add', '10.88.0.1/24', 'dev', 'lo')
  await ip(network.server, 'route', 'add', '10.88.0.0/24', 'via', '10.77.0.2')
  const store = await createStore(join(folder, 'slipway.db'))
  for (const segment of [LAB, FAR]) await store.segments.save(Segment.parse(segment))
  await store.close()
})
afterAll(async () => {
  await network?.close()
  await rm(folder, { recursive: true, force: true })
})

it('asks gateway, next server and relays on the wire and along the routes, and tells which are silent', async () => {
  const { stdout } = await network.run(network.server, slipway('doctor', '--json'), 30_000)
  const rows = JSON.parse(stdout) as DoctorRow[]
  const of = (check: string) =>
    rows.filter((row) => row.check === check).map(({ about, outcome, got }) => [about, outcome, got])
  expect(of('gateways')).toEqual([
    ['segment far: gateway 10.88.0.1', 'ok', 'answers an echo request'],
    [
      'segment lab: gateway 10.77.0.2',
      'ok',
      expect.stringMatching(/^([0-9a-f]{2}:){5}[0-9a-f]{2} answers by ARP on seg0$/),
    ],
  ])
  expect(of('next-servers')).toEqual([
    ['segment lab: next server 10.77.0.9', 'problem', 'nobody answers by ARP on seg0'],
  ])
  expect(of('relays')).toEqual([
    ['segment far: relay 10.88.0.1', 'ok', 'answers an echo request'],
    ['segment far: relay 10.99.0.1', 'problem', 'this host has no route to 10.99.0.1'],
  ])
  expect(rows.filter(({ outcome }) => outcome === 'problem').every(({ remedy }) => remedy)).toBe(true)
})

it('runs inside of the service that serves the segment, knows its own ports, and machines get addresses meanwhile', async () => {
  const added = await network.run(
    network.server,
    slipway('user', 'add', 'ann', '--role', 'operator', '--token', '--json'),
  )
  const { token } = JSON.parse(added.stdout) as { token: string }
  const call = async (method: string, path: string) =>
    JSON.parse(
      (await network.run(network.server, [process.execPath, '--input-type=module', '-e', CALL, method, path, token]))
        .stdout,
    ) as DoctorState
  const [command, ...words] = ['ip', 'netns', 'exec', network.server, ...slipway('serve')]
  const service = execa(command!, words, { all: true, reject: false })
  try {
    await new Promise<void>((resolve, reject) => {
      service.all.on('data', (part: Buffer) => /serves people/.test(String(part)) && resolve())
      service.all.on('end', () => reject(new Error('the service ended')))
    })
    expect(await call('POST', '/doctor')).toMatchObject({ state: 'running' })
    const script = join(folder, 'bound.sh')
    await writeFile(script, '#!/bin/sh\n[ "$1" = bound ] && echo "bound $ip"\nexit 0\n', { mode: 0o755 })
    const client = ['busybox', 'udhcpc', '-i', 'eth0', '-n', '-q', '-s', script]
    expect((await network.run(network.client, client)).stdout).toMatch(/bound 10\.77\.0\.1\d\d/)
    let state = await call('GET', '/doctor')
    while (state.state === 'running') state = await call('GET', '/doctor')
    const of = (check: string) => state.rows.filter((row) => row.check === check)
    expect(of('other-dhcp')).toMatchObject([{ outcome: 'ok', got: 'only this host answered' }])
    expect(of('ports').map(({ outcome, got }) => [outcome, /^our service: pid \d+ has/.test(got)])).toEqual(
      of('ports').map(() => ['ok', true]),
    )
    expect(state).toMatchObject({ state: 'done', done: state.total })
    expect((await network.run(network.client, client)).stdout).toMatch(/bound/)
  } finally {
    service.kill('SIGTERM')
    await service
  }
}, 60_000)
