import express, { type Router } from 'express'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import { MEDIUM_REPORT_PATH, MediumReport } from '../../protocol/medium-report.ts'

/** `take` hears a report and the token that came with it. */
export type MediumRoutesDeps = { take(token: string, report: MediumReport, peer: string): Promise<void> }

/** What machines that were started from a medium may say at the agents' door. */
export const mediumRoutes = (deps: MediumRoutesDeps): Router =>
  express.Router().post(MEDIUM_REPORT_PATH, express.json({ limit: '32kb' }), async (req, res) => {
    const token = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1] ?? ''
    const report = MediumReport.safeParse(req.body)
    if (!report.success) throw new AppError('request.invalid', z.prettifyError(report.error))
    await deps.take(token, report.data, req.socket.remoteAddress ?? '')
    res.status(204).end()
  })
