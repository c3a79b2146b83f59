/** How long a TPM or a BMC may keep the machine from its inventory. Slow TPMs make their key in 15 s or so. */
const PATIENCE_MILLISECONDS = 20_000

/** What `read` gives, or undefined where it fails or takes too long, which is told: no reader may keep a machine from its inventory. */
export async function attempt<T>(
  what: string,
  read: () => Promise<T>,
  say: (line: string) => void,
  milliseconds = PATIENCE_MILLISECONDS,
): Promise<T | undefined> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)
  try {
    return await Promise.race([read(), late])
  } catch (error) {
    say(`inventory without ${what}: ${error instanceof Error ? error.message : error}`)
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
