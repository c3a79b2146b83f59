import { resolve } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { runConfined } from './confined.ts'

const BOUNDS = { memoryBytes: 2 * 1024 ** 3, fileBytes: 0, timeoutMs: 120_000 }

/** The images that a WIM file holds, as wimlib reads its header and list. Throws image.malformed. */
export async function readWimImages(file: string): Promise<{ index: number; name: string }[]> {
  const call = { program: 'wimlib-imagex', args: ['info', '/source.wim'], read: { '/source.wim': resolve(file) } }
  const text = await runConfined({ ...call, bounds: BOUNDS }).catch((error: unknown) => {
    throw new AppError('image.malformed', `expected a WIM file, got one that wimlib refuses: ${error}`, {}, error)
  })
  return [...text.matchAll(/^Index:\s+(\d+)\nName:[ \t]*(.*)$/gm)].map(([, index, name]) => ({
    index: Number(index),
    name: name!.trim(),
  }))
}
