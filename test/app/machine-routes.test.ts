import { expect, it } from 'vitest'
import { ask, MAC, useDeployFixture } from './deploy-fixture.ts'

const fixture = useDeployFixture()

it('says on which segment a machine was that was sent to its disk by the script', async () => {
  const { http, evidence } = fixture()
  expect((await ask({ port: http.port, path: '/boot/ipxe' })).status).toBe(200)
  await expect.poll(evidence.recent).toMatchObject([{ mac: MAC, segment: 'lo', what: 'http own disk' }])
})
