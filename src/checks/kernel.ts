import type { Check } from '../domain/check.ts'
import { compare, skipped } from './verdict.ts'

/** The running kernel is the one that the image's build recorded. */
export const kernel: Check = {
  id: 'kernel',
  says: 'It runs the image’s kernel',
  judge: ({ facts, image }) =>
    image.kernel === null
      ? skipped('the image does not say which kernel it boots')
      : compare(image.kernel, facts.kernel),
}
