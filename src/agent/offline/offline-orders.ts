import { AppError } from '../../core/errors.ts'
import { isMediumLabel } from '../../image/medium.ts'

/**
 * What a deployment medium told the agent on the kernel's command line: its own volume name, whether a disk that is not empty
 * may be written, and who is to hear of it.
 */
export type OfflineOrders = {
  label: string
  erase: boolean
  report: { door: string; token: string } | undefined
}

/** Reads `slipway.medium`, `.erase`, `.report` and `.token`; undefined when the agent came by a network. Throws request.invalid. */
export function parseOfflineOrders(commandLine: string): OfflineOrders | undefined {
  const word = (name: string): string | undefined => {
    const start = `slipway.${name}=`
    return commandLine
      .trim()
      .split(/\s+/)
      .findLast((one) => one.startsWith(start))
      ?.slice(start.length)
  }
  const label = word('medium')
  if (label === undefined) return undefined
  if (!isMediumLabel(label))
    throw new AppError('request.invalid', `expected slipway.medium= to name a medium, got ${JSON.stringify(label)}`)
  const [door, token] = [word('report'), word('token')]
  return { label, erase: word('erase') === 'yes', report: door && token ? { door, token } : undefined }
}
