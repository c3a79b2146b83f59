import * as z from 'zod'
import type { InstallValues } from '../domain/install/install-values.ts'
import { REDACTED } from '../domain/install/secret-reference.ts'

/** What the scripts of a boot loader may say; which of it each script, is in the loader’s own table. */
export const BootWords = z.strictObject({
  base: z.string().describe('machines’ door by HTTP, without a slash at its end'),
  mac: z.string().describe('MAC of the card that asks'),
  runId: z.string().describe('id of the run'),
  session: z.int().describe('number of the run’s boot session'),
  door: z.string().describe('agents’ door by TLS, as address:port'),
  code: z.string().describe('boot code, good once, for which the agent is let in'),
  consoles: z.array(z.string()).describe('of the profile, like ttyS0,115200; the last speaks'),
  kernelArguments: z.array(z.string()).describe('of the profile, for the agent’s kernel'),
  installer: z.string().describe('image that the installer is of'),
  version: z.string().describe('its version'),
  arguments: z.array(z.string()).describe('of the installer’s kernel: consoles, the profile’s, and its family’s'),
})
export type BootWords = z.infer<typeof BootWords>
export type BootWord = keyof BootWords

/** Known of whoever asks; of a machine whose run counts; and under that run’s grant. */
export const ASKED = ['base', 'mac'] as const satisfies readonly BootWord[]
export const HELD = [...ASKED, 'runId'] as const satisfies readonly BootWord[]
const GRANTED = [...HELD, 'session'] as const satisfies readonly BootWord[]
export const DEPLOYED = [
  ...GRANTED,
  ...(['door', 'code', 'consoles', 'kernelArguments'] as const),
] as const satisfies readonly BootWord[]
export const INSTALLED = [
  ...GRANTED,
  ...(['installer', 'version', 'arguments'] as const),
] as const satisfies readonly BootWord[]

/** What a machine’s next boot would be told: there is no run yet, and no code that anybody could use. */
export function describeBoot({ run, machine, urls, consoles, kernelArguments }: InstallValues): BootWords {
  return {
    ...{ base: urls.base, mac: machine.mac, runId: run.id, session: 1, door: urls.door, code: REDACTED },
    ...{ consoles, kernelArguments, installer: 'installer', version: '1' },
    arguments: [...consoles.map((one) => `console=${one}`), ...kernelArguments],
  }
}
