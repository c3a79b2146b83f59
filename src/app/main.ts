import { applianceCommands } from '../cli/appliance-commands.ts'
import type { Call } from '../cli/command.ts'
import { depotCommands } from '../cli/depot-commands.ts'
import { imageCommands } from '../cli/image-commands.ts'
import { imageLifeCommands } from '../cli/image-life-commands.ts'
import { machineCommands } from '../cli/machine-commands.ts'
import { machineImportCommand } from '../cli/machine-import-command.ts'
import { packageCommands } from '../cli/package-commands.ts'
import { resourceCommands } from '../cli/resource-commands.ts'
import { runCommandLine } from '../cli/run-command-line.ts'
import { runCommands } from '../cli/run-commands.ts'
import { secretCommands } from '../cli/secret-commands.ts'
import { templateCommands } from '../cli/template-commands.ts'
import { type ApiClient, createApiClient } from '../client/api-client.ts'
import { loadSettings } from '../config/load-settings.ts'
import { labCommands } from '../lab/lab-commands.ts'
import { openLocalDoor } from './local-door.ts'
import { MAIN_FILE } from './program.ts'

/** The command line `slipway`: argv to exit code. */
export function main(argv: string[]): Promise<number> {
  const commands = [
    ...applianceCommands(openLocalDoor),
    ...imageCommands(openLocalDoor),
    ...imageLifeCommands(openClient),
    ...depotCommands(openLocalDoor, openClient),
    ...runCommands(openClient),
    ...machineCommands(openClient),
    machineImportCommand(openClient),
    ...templateCommands(openClient),
    ...packageCommands(openClient),
    ...secretCommands(openClient),
    ...resourceCommands(openClient),
    ...labCommands(MAIN_FILE, async () => (await settingsOf(undefined)).cacheFolder),
  ]
  return runCommandLine(commands, argv)
}

const settingsOf = (file: string | undefined) => loadSettings(file ?? 'slipway.yaml', file !== undefined, process.env)

/** The service named by SLIPWAY_URL, else the one that the settings describe; the token comes from SLIPWAY_TOKEN. */
async function openClient(call: Call): Promise<ApiClient> {
  const token = process.env.SLIPWAY_TOKEN
  if (process.env.SLIPWAY_URL) return createApiClient({ url: process.env.SLIPWAY_URL, token })
  const { people } = await settingsOf(typeof call.options.config === 'string' ? call.options.config : undefined)
  return createApiClient(
    people.socket ? { socket: people.socket, token } : { url: `http://${people.host}:${people.port}`, token },
  )
}
