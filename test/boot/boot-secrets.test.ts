import { expect, it } from 'vitest'
import { createBootSecrets } from '../../src/boot/boot-secrets.ts'

const runId = '0190f7c4-1111-7000-8000-000000000001'
const secrets = createBootSecrets(Buffer.alloc(32, 1))

it('reads what it issued, and nothing under another kind', () => {
  const code = secrets.issue({ kind: 'code', runId, session: 3 })
  expect(secrets.read('code', code)).toEqual({ kind: 'code', runId, session: 3 })
  expect(secrets.read('session', code)).toBeUndefined()
  expect(secrets.read('verify', code)).toBeUndefined()
})

it('refuses a secret that was changed anywhere, cut, or made under another key', () => {
  const code = secrets.issue({ kind: 'code', runId, session: 3 })
  for (let at = 0; at < code.length; at += 1) {
    const other = code[at] === '0' ? '1' : '0'
    const changed = code.slice(0, at) + other + code.slice(at + 1)
    // The last character of base64url holds two bits that are not part of the bytes.
    if (at < code.length - 1) expect(secrets.read('code', changed), changed).toBeUndefined()
  }
  expect(secrets.read('code', code.slice(0, -1))).toBeUndefined()
  expect(createBootSecrets(Buffer.alloc(32, 2)).read('code', code)).toBeUndefined()
  expect(secrets.read('code', '')).toBeUndefined()
})
