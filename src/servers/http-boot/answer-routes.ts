import express, { type Request, type Router } from 'express'
import { ANSWERS_PATH } from '../../boot/session-path.ts'
import { AppError } from '../../core/errors.ts'
import { clientAddress, localAddress, type TrustedProxy } from './client-address.ts'

/** One file for an installer. `sent` is told when its last byte left us, `broken` when that did not come about. */
export type AnswerToSend = { mediaType: string; text: string; sent(): Promise<void>; broken(): void }
export type AnswerRoutesDeps = {
  /** Throws resource.not_found for what is not of a live session, answers.used for secrets that were given before. */
  open(asked: { token: string; name: string; peer: string; address: string; isHead: boolean }): Promise<AnswerToSend>
  proxy: TrustedProxy | undefined
}

/** Where installers fetch what they are told: GET below the path that only their boot session knows. */
export function answerRoutes({ open, proxy }: AnswerRoutesDeps): Router {
  return express.Router().get(`${ANSWERS_PATH}/:token/:name`, async (req, res) => {
    const { token, name } = req.params
    const from = { peer: clientAddress(req as Request, proxy), address: localAddress(req) }
    const answer = await open({ token, name, ...from, isHead: req.method === 'HEAD' })
    const bytes = Buffer.from(answer.text)
    let isSent = false
    res.once('finish', () => {
      isSent = true
      if (req.method !== 'HEAD') void answer.sent()
    })
    res.once('close', () => {
      if (!isSent) answer.broken()
    })
    res.set({ 'cache-control': 'no-store', 'content-type': answer.mediaType, 'content-length': String(bytes.length) })
    res.end(req.method === 'HEAD' ? undefined : bytes)
  })
}

/** What a token that is over, or none, is answered with. */
export const noAnswers = (): AppError =>
  new AppError('resource.not_found', 'expected the path of the answers of a live boot session, got another')
