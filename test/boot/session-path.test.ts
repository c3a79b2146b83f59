import { expect, it, test } from 'vitest'
import { createBootSecrets } from '../../src/boot/boot-secrets.ts'
import { belowSession, readSessionPath, withoutSecret } from '../../src/boot/session-path.ts'

test.each([
  ['s/abc/snponly.efi', { secret: 'abc', rest: 'snponly.efi' }],
  ['//s/abc/boot/ipxe', { secret: 'abc', rest: 'boot/ipxe' }],
  ['snponly.efi', undefined],
  ['s/abc', undefined],
  ['x/s/abc/snponly.efi', undefined],
])('%s holds %j', (name, expected) => expect(readSessionPath(name)).toEqual(expected))

it('is what it reads, and nothing without a secret', () => {
  expect(readSessionPath(belowSession('abc', 'boot/ipxe'))).toEqual({ secret: 'abc', rest: 'boot/ipxe' })
  expect(belowSession(undefined, 'boot/ipxe')).toBe('boot/ipxe')
})

it('is told to the log without its secret', () => {
  expect(withoutSecret('/s/abc/boot/ipxe?x=1')).toBe('/s/…/boot/ipxe?x=1')
  expect(withoutSecret('/boot/ipxe')).toBe('/boot/ipxe')
  const pool = 'anna[3]: http://10.0.0.1:8081/packages/debian/pool/main/s/systemd/libudev1-udeb_252.udeb:'
  expect(withoutSecret(pool)).toBe(pool)
  const secret = createBootSecrets(Buffer.alloc(32)).issue({
    ...{ kind: 'code', runId: '00112233-4455-6677-8899-aabbccddeeff', session: 1 },
  })
  expect(withoutSecret(`Command line: slipway.code=${secret} http://h/s/${secret}/boot/ipxe`)).toBe(
    'Command line: slipway.code=… http://h/s/…/boot/ipxe',
  )
  expect(withoutSecret('/boot/answers/abc/preseed.cfg')).toBe('/boot/answers/…/preseed.cfg')
  const line = "wget --post-data= 'http://h:1/boot/callback/abc/started' http://h:1/boot/answers/abc/late.sh"
  expect(withoutSecret(line)).toBe(
    "wget --post-data= 'http://h:1/boot/callback/…/started' http://h:1/boot/answers/…/late.sh",
  )
})

it('leaves room for the longest name in the file field of a packet, which is 128 bytes with its NUL', () => {
  const secret = createBootSecrets(Buffer.alloc(32)).issue({
    ...{ kind: 'path', runId: '00112233-4455-6677-8899-aabbccddeeff', session: 9999 },
  })
  expect(`http://255.255.255.255:65535/${belowSession(secret, 'boot/ipxe')}`.length).toBeLessThan(128)
  expect(belowSession(secret, 'ipxe-arm64.efi').length).toBeLessThan(128)
})
