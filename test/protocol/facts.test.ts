import { expect, it, test } from 'vitest'
import { parseFacts } from '../../src/protocol/facts.ts'

it('reads what the proof program writes, lists may repeat, unknown keys are passed over', () => {
  const text =
    'uuid=U\nserial=\nmac=a\nmac=b\nimage=i\nversion=1\nmanifest=m\nkernel=k\nroot_bytes=10\ndisk_bytes=20\nfailed_unit=x.service\naddress=10.0.0.5\nnew_key=1\n\n'
  expect(parseFacts(text)).toEqual({
    ...{ uuid: 'U', serial: '', macs: ['a', 'b'], image: 'i', version: '1', manifest: 'm', kernel: 'k' },
    ...{ rootBytes: 10, diskBytes: 20, failedUnits: ['x.service'], addresses: ['10.0.0.5'] },
  })
})

test.each([
  ['secure_boot=1\n', true],
  ['secure_boot=0\n', false],
  ['', undefined],
])('reads of Secure Boot from %j: %s', (line, on) => expect(parseFacts(`uuid=U\n${line}`).secureBoot).toBe(on))

it('reads settings with the spaces of their values', () => {
  expect(parseFacts('setting=a 640 root\nsetting=b\n').settings).toEqual([
    { id: 'a', got: '640 root' },
    { id: 'b', got: '' },
  ])
})

it('takes values without what a terminal would obey', () => {
  const facts = parseFacts('serial=a\x1b[2Jb\nfailed_unit=x\u202ey.service\n')
  expect(facts).toMatchObject({ serial: 'a·[2Jb', failedUnits: ['x·y.service'] })
})

test.each([
  ['a line without =', 'nonsense', /nonsense/],
  ['a size that is none', 'root_bytes=many', /root_bytes/],
  ['a negative size', 'root_bytes=-1', /root_bytes/],
  ['too much of it', 'x=1\n'.repeat(10_000), /16384/],
])('refuses %s', (_name, text, message) => {
  expect(() => parseFacts(text)).toThrow(
    expect.objectContaining({ code: 'request.invalid', message: expect.stringMatching(message) }),
  )
})
