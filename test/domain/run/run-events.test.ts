import { expect, test } from 'vitest'
import { type RunEventType, sourceOf } from '../../../src/domain/run/run-events.ts'

test.each<[RunEventType, Record<string, unknown>, string]>([
  ['kernelFetched', {}, 'http'],
  ['kernelFetched', { by: 'tftp' }, 'tftp'],
  ['scriptFetched', { by: 'tftp' }, 'tftp'],
  ['loaderRead', { by: 'tftp' }, 'tftp'],
  ['localBootAnswered', { by: 'tftp' }, 'server'],
])('%s with %o is from %s', (type, detail, source) => expect(sourceOf({ type, detail })).toBe(source))
