import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { AppError } from '../core/errors.ts'

/** What a YAML file says. Throws request.invalid naming the file. */
export async function readYaml(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error
    throw new AppError('request.invalid', `${file}: expected YAML: ${error instanceof Error ? error.message : error}`)
  }
}
