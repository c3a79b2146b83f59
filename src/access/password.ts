import { hash, verify } from '@node-rs/argon2'
import { AppError } from '../core/errors.ts'

const LEAST_LENGTH = 12
const MOST_LENGTH = 256

/** An argon2id hash (RFC 9106) of a password of 12 to 256 characters. Throws request.invalid. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length < LEAST_LENGTH || password.length > MOST_LENGTH)
    throw new AppError(
      'request.invalid',
      `expected a password of ${LEAST_LENGTH} to ${MOST_LENGTH} characters, got ${password.length}`,
    )
  return hash(password)
}

/** A hash that no password has, so that an unknown user costs the same time as a wrong password. */
const NOBODY = hash('no password has this hash: the answer is always no')

/** True when the password has this hash; takes the same time when there is no hash. */
export async function checkPassword(password: string, known: string | null | undefined): Promise<boolean> {
  const right = await verify(known ?? (await NOBODY), password.slice(0, MOST_LENGTH))
  return right && known !== null && known !== undefined
}
