import express, { type Request, type Response, type Router } from 'express'
import { ANSWERS_PATH } from '../../boot/session-path.ts'
import { AppError } from '../../core/errors.ts'
import { clientAddress, localAddress, type TrustedProxy } from './client-address.ts'

/** One file for an installer, which counts as given. `broken` is told when its last byte did not leave us; it never throws. */
export type AnswerToSend = { mediaType: string; text: string; broken(): void }
export type AnswerRoutesDeps = {
  /**
   * Throws resource.not_found for what is not of a live session, answers.used for secrets that were given before. `isHead`:
   * nothing is given.
   */
  open(asked: { token: string; name: string; peer: string; address: string; isHead: boolean }): Promise<AnswerToSend>
  proxy: TrustedProxy | undefined
}

/** Where installers fetch what they are told: GET below the path that only their boot session knows. */
export function answerRoutes({ open, proxy }: AnswerRoutesDeps): Router {
  return express.Router().get(`${ANSWERS_PATH}/:token/:name`, async (req, res) => {
    const { token, name } = req.params
    const from = { peer: clientAddress(req as Request, proxy), address: localAddress(req) }
    const isHead = req.method === 'HEAD'
    send(await open({ token, name, ...from, isHead }), isHead, res)
  })
}

function send({ mediaType, text, broken }: AnswerToSend, isHead: boolean, res: Response): void {
  // Nothing is told any more of a reader that went away while its answer was made.
  if (res.destroyed) {
    broken()
    return
  }
  let isSent = false
  res.once('finish', () => {
    isSent = true
  })
  res.once('close', () => {
    if (!isSent) broken()
  })
  const bytes = Buffer.from(text)
  res.set({ 'cache-control': 'no-store', 'content-type': mediaType, 'content-length': String(bytes.length) })
  res.end(isHead ? undefined : bytes)
}

/** What a token that is over, or none, is answered with. */
export const noAnswers = (): AppError =>
  new AppError('resource.not_found', 'expected the path of the answers of a live boot session, got another')
