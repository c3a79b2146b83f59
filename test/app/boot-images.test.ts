import { expect, it } from 'vitest'
import { padded } from '../../src/app/boot-images.ts'

it('fills a script up with empty lines to exactly its room, counted in bytes', () => {
  expect(padded('echo ä\n', 12).toString()).toBe('echo ä\n\n\n\n\n')
  expect(padded('echo ä\n', 8)).toHaveLength(8)
})

it('refuses a script that has no room instead of sending a part of it', () =>
  expect(() => padded('echo ä\n', 7)).toThrow(expect.objectContaining({ code: 'template.invalid' })))
