import express, { type Request, type Router } from 'express'
import { AppError, hasCode } from '../../core/errors.ts'
import type { BootPreview, BootQuestion } from '../../domain/boot-preview.ts'
import { type BootPreviewDoor, BootPreviewQuery } from '../api/boot-preview-routes.ts'
import { parse } from '../api/parse.ts'
import { type Pages, sendPage } from './pages.ts'

const CLASSES = [
  { value: 'pxe', says: 'firmware by PXE' },
  { value: 'http', says: 'firmware by HTTP' },
  { value: 'ipxe', says: 'iPXE' },
  { value: 'os', says: 'operating system' },
]

/** A form that asks what any machine would be given; what was asked stands in the URL and can be sent to others. */
export function bootPreviewPages({ views, bootPreview, resources }: Pages): Router {
  return express.Router().get('/boot-preview', async (req, res) => {
    const asked = filledIn(req)
    const shared = { title: 'What would it boot', asked, classes: CLASSES, segments: await resources.segments.list() }
    const answer = asked.mac === undefined ? {} : await answerOf(bootPreview, asked)
    sendPage(views, req, res, 'boot-preview', { ...shared, ...answer, on_network: true })
  })
}

/** What a machine would be given; undefined where no segment is there to give it. */
export const bootOf = (preview: BootPreviewDoor, question: BootQuestion): Promise<BootPreview | undefined> =>
  preview(question).catch((error: unknown) => {
    if (!hasCode(error, 'resource.not_found')) throw error
    return undefined
  })

const filledIn = ({ query }: Request): Record<string, unknown> =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))

async function answerOf(preview: BootPreviewDoor, asked: Record<string, unknown>) {
  try {
    return { boot: await preview(parse(BootPreviewQuery, asked)) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { problem: error.message }
  }
}
