import type { BootSecrets } from '../boot/boot-secrets.ts'
import { AppError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import type { MediumReport } from '../protocol/medium-report.ts'

/** A UUID's shape for a manifest, so that the same version has the same token, and the same medium the same bytes. */
const idOf = (manifestDigest: string): string =>
  [...[0, 8, 12, 16, 20].entries()].map(([at, start]) => manifestDigest.slice(start, [8, 12, 16, 20, 32][at])).join('-')

/** What a medium of this version shows when it reports: whoever holds the medium can read it, and say no more with it. */
export const mediumToken = (secrets: Pick<BootSecrets, 'issue'>, manifestDigest: string): string =>
  secrets.issue({ kind: 'medium', runId: idOf(manifestDigest), session: 0 })

/** Takes reports into the appliance's log. Throws agent.token_refused when the token is not one of that version's media. */
export const createMediumReports =
  (secrets: Pick<BootSecrets, 'read'>, log: Pick<Log, 'info' | 'warn'>) =>
  async (token: string, report: MediumReport, peer: string): Promise<void> => {
    if (secrets.read('medium', token)?.runId !== idOf(report.manifestDigest))
      throw new AppError('agent.token_refused', 'expected the token of a medium of that version, got another')
    if (report.outcome === 'deployed') log.info({ ...report, peer }, 'a machine was deployed from a medium')
    else log.warn({ ...report, peer }, 'a deployment from a medium failed')
  }
