import { AppError } from '../../core/errors.ts'
import { runProgram } from '../run-program.ts'

const STATE_FILE = 'Windows/Setup/State/State.ini'
const KERNEL_FILE = 'Windows/System32/ntoskrnl.exe'
/** Written by `sysprep /generalize /oobe` (Microsoft: “Windows Setup States”). */
const GENERALISED = 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE'
const REMEDY = 'run sysprep /generalize /oobe /shutdown on it, then capture'

/**
 * Whether an NTFS holds Windows, which must have been generalised by its own sysprep: nothing else can do that. Throws
 * capture.not_generalised.
 */
export async function judgeWindows(device: string): Promise<'windows' | null> {
  const isWindows = await runProgram('ntfsinfo', ['--force', '--file', KERNEL_FILE, device]).then(
    () => true,
    () => false,
  )
  if (!isWindows) return null
  const text = await runProgram('ntfscat', ['--force', device, STATE_FILE]).catch(() => '')
  const state = imageState(text)
  if (state === GENERALISED) return 'windows'
  const got = state ?? `no ${STATE_FILE}`
  throw new AppError('capture.not_generalised', `expected Windows in ${GENERALISED}, got ${got}: ${REMEDY}`)
}

/** The value of `ImageState`; the file is UTF-16 in some versions, whose zero bytes are left out here. */
export function imageState(text: string): string | undefined {
  const plain = [...text].filter((letter) => letter === '\n' || (letter >= ' ' && letter <= '~')).join('')
  return /^ImageState=(\w+)/m.exec(plain)?.[1]
}
