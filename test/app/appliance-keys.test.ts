import { X509Certificate } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openApplianceKeys } from '../../src/app/appliance-keys.ts'
import { temporaryFolder } from '../library/library-fixture.ts'

it('gives all who begin at once the same keys, and leaves nothing else behind', async () => {
  const folder = join(temporaryFolder(), 'keys')
  const all = await Promise.all(Array.from({ length: 6 }, () => openApplianceKeys(folder)))
  for (const keys of all) expect(keys).toEqual(all[0])
  const { publicKey } = new X509Certificate(all[0]!.certificate)
  expect(new X509Certificate(all[0]!.certificate).verify(publicKey)).toBe(true)
  expect(readdirSync(folder).sort()).toEqual(['boot-secret', 'door.crt', 'door.key', 'secret-key'])
  expect(statSync(join(folder, 'door.key')).mode & 0o777).toBe(0o600)
  expect(await openApplianceKeys(folder)).toEqual(all[0])
})
