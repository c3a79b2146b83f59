import { beforeEach, expect, it } from 'vitest'
import type { BootClient, BootDecision } from '../../src/domain/boot.ts'
import { AGENT_PATHS } from '../../src/protocol/agent-door.ts'
import { ask, bootMachine, type DeployFixture, inventoryOf, MAC, UUID, useDeployFixture } from './deploy-fixture.ts'

const current = useDeployFixture()
let fixture: DeployFixture
beforeEach(() => {
  fixture = current()
})
/** A host with much else to do writes slowly. */
const PATIENCE = { timeout: 10_000 }
const client = (arch: number, stage: BootClient['stage'] = 'firmware') => ({
  ...{ segment: 'lo', mac: MAC, uuid: UUID, arch, stage },
})
const decide = (arch: number, stage?: BootClient['stage'], begins = false): Promise<BootDecision> =>
  fixture.runs.decider.decide(client(arch, stage), begins)
const offered = async (arch: number) => {
  const decision = await decide(arch)
  return decision.kind === 'grant' ? decision.loader?.name : decision.kind
}
const remembered = async () => (await fixture.appliance.store.machines.findByMac(MAC))?.loaders

it('a loader by HTTP that leads to iPXE is remembered, one that leads nowhere makes way for the other', async () => {
  await bootMachine(fixture)
  expect([await offered(7), await offered(16)]).toEqual(['snponly.efi', 'snponly.efi'])
  const read = () => ask({ port: fixture.http.port, path: '/boot/loader/snponly.efi' })
  await read()
  await expect.poll(remembered, PATIENCE).toEqual({ tried: { family: 'ipxe', at: fixture.clock.ms } })
  await decide(7, 'ipxe', true)
  expect(await remembered()).toEqual({ worked: 'ipxe' })
  await read()
  await expect.poll(remembered, PATIENCE).toEqual({ worked: 'ipxe', tried: { family: 'ipxe', at: fixture.clock.ms } })
  fixture.clock.ms += 60_000
  expect([await offered(7), await offered(16)]).toEqual(['shimx64.efi', 'slipway.img'])
})

it('the agent that speaks is proof of the loader that was read', async () => {
  const { code } = await bootMachine(fixture)
  expect((await ask({ port: fixture.http.port, path: '/boot/loader/slipway.img' })).status).toBe(200)
  await expect.poll(async () => (await remembered())?.tried?.family, PATIENCE).toBe('shim')
  const body = JSON.stringify({ code, nonce: 'n'.repeat(43) })
  const headers = { 'content-type': 'application/json' }
  const answer = await ask({ port: fixture.tls.port, path: AGENT_PATHS.exchange, method: 'POST', headers, body }, true)
  expect([answer.status, await remembered()]).toEqual([200, { worked: 'shim' }])
})

it('Secure Boot that the agent found on is kept with the machine and decides alone', async () => {
  await bootMachine(fixture)
  await fixture.appliance.store.machines.saveLoaders('one', { worked: 'ipxe' })
  const inventory = { ...inventoryOf([]), firmware: 'uefi' as const, secureBoot: true }
  await fixture.appliance.store.machines.noteInventory('one', { runId: 'r', at: 1, inventory })
  expect([await offered(7), await offered(16), await offered(11)]).toEqual(['shimx64.efi', 'slipway.img', undefined])
})
