import { AppError } from '../../core/errors.ts'
import { runProgram } from '../run-program.ts'

const KERNEL = ['Windows', 'System32', 'ntoskrnl.exe']
const STATE_FILE = ['Windows', 'Setup', 'State', 'State.ini']
/** Written by `sysprep /generalize /oobe` (Microsoft: “Windows Setup States”). */
const GENERALISED = 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE'
const REMEDY = 'run sysprep /generalize /oobe /shutdown on it, then capture'

/**
 * Whether an NTFS holds Windows, which must have been generalised by its own sysprep: nothing else can do that. Throws
 * capture.not_generalised.
 */
export async function judgeWindows(device: string): Promise<'windows' | null> {
  if ((await findPath(device, KERNEL)) === undefined) return null
  const file = await findPath(device, STATE_FILE)
  const state = file && imageState(await runProgram('ntfscat', ['--force', device, file]))
  if (state === GENERALISED) return 'windows'
  const got = state ?? `no ${STATE_FILE.join('/')}`
  throw new AppError('capture.not_generalised', `expected Windows in ${GENERALISED}, got ${got}: ${REMEDY}`)
}

/** The path as the file system writes it: Windows takes no notice of large and small letters, the programs do. */
async function findPath(device: string, names: readonly string[]): Promise<string | undefined> {
  let path = ''
  for (const name of names) {
    const listed = await runProgram('ntfsls', ['--force', '--path', `/${path}`, device])
    const found = listed.split('\n').find((one) => one.toLowerCase() === name.toLowerCase())
    if (found === undefined) return undefined
    path = path === '' ? found : `${path}/${found}`
  }
  return path
}

/** The value of `ImageState`; the file is UTF-16 in some versions, whose zero bytes are left out here. */
export function imageState(text: string): string | undefined {
  const plain = [...text].filter((letter) => letter === '\n' || (letter >= ' ' && letter <= '~')).join('')
  return /^ImageState=(\w+)/m.exec(plain)?.[1]
}
