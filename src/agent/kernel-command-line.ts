import { AppError } from '../core/errors.ts'

/** What the boot script told the agent on the kernel's command line. `door` is host:port of the agents' TLS door. */
export type AgentOrders = { door: string; chunks: string; mac: string; code: string }

/** Reads `slipway.door`, `.chunks`, `.mac` and `.code`. Throws request.invalid naming the one that is missing. */
export function parseCommandLine(text: string): AgentOrders {
  const words = new Map(
    text
      .trim()
      .split(/\s+/)
      .map((word) => [word.split('=')[0]!, word.slice(word.indexOf('=') + 1)]),
  )
  const take = (name: string): string => {
    const value = words.get(`slipway.${name}`)
    if (!value) throw new AppError('request.invalid', `expected slipway.${name}= on the kernel command line, got none`)
    return value
  }
  return { door: take('door'), chunks: take('chunks'), mac: take('mac'), code: take('code') }
}
