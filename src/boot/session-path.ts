/** What stands before the name of a file, or the path of a URL, that is meant for one boot session only. */
const FOLDER = 's'
const SHAPE = new RegExp(`^/*${FOLDER}/([^/]+)/(.+)$`)

/** `name` below the session's own folder; as it is where there is no secret. */
export const belowSession = (secret: string | undefined, name: string): string =>
  secret === undefined ? name : `${FOLDER}/${secret}/${name}`

/** The secret in a name and the name itself; undefined where a name has none. */
export function readSessionPath(name: string): { secret: string; rest: string } | undefined {
  const match = SHAPE.exec(name)
  return match ? { secret: match[1]!, rest: match[2]! } : undefined
}

/** Where installers fetch their answers and where they say how far they are: below each, the secret of their run. */
export const ANSWERS_PATH = '/boot/answers'
export const CALLBACK_PATH = '/boot/callback'

/** By where they stand, whatever is in them: a path may begin with `s/` as one, archives have folders of that name within. */
const PLACED = /(^\/*s\/|(?:^|\/)boot\/(?:answers|callback)\/)[^/?\s'"]+/g
/** By how they look (boot-secrets.ts), wherever they stand. */
const SHAPED = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\d{1,4}\.[A-Za-z0-9_-]{43}/g

/** A path, or a line with some, for the log: who reads it must not be able to use it. */
export const withoutSecret = (text: string): string => text.replace(PLACED, '$1…').replace(SHAPED, '…')
