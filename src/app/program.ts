import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The program's own folder: what it reads of itself is found from here, never from the working folder. */
export const PROGRAM_FOLDER = fileURLToPath(new URL('../..', import.meta.url))
export const MAIN_FILE = fileURLToPath(new URL('../main.ts', import.meta.url))
export const TEMPLATE_FOLDER = fileURLToPath(new URL('../../boot-templates', import.meta.url))

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}
export const PROGRAM_VERSION = version
