import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { type ImageDoor, type ImageFacts, imageFacts } from '../image-facts.ts'
import { ImageFactsAnswer, ImageVersionAnswer } from './answers.ts'
import { type Endpoint, endpoint } from './endpoint.ts'

const Version = z.object({ name: z.string().min(1).max(64), version: z.string().min(1).max(64) })

/** The library as people see it: its versions, and one of them with what it shares. */
export function imageRoutes(images: ImageDoor): Endpoint[] {
  return [
    endpoint({
      ...{ method: 'get', path: '/images', says: 'Image versions', role: 'viewer' },
      ...{ answer: z.array(ImageVersionAnswer) },
      handle: () => images.list(),
    }),
    endpoint({
      ...{ method: 'get', path: '/images/{name}/{version}', says: 'One image version and what it shares' },
      ...{ role: 'viewer', params: Version, answer: ImageFactsAnswer },
      handle: ({ params }) => factsOf(images, params.name, params.version),
    }),
  ]
}

/** The facts of the version of a name. Throws image.not_found. */
export async function factsOf(images: ImageDoor, name: string, version: string): Promise<ImageFacts> {
  const row = (await images.list()).find((one) => one.name === name && one.version === version)
  if (!row) throw new AppError('image.not_found', `expected an image in the library, got ${name} ${version}`)
  return imageFacts(images, row)
}
