import type { Settings } from '../config/settings.ts'
import { openAppliance } from './appliance.ts'
import { startService } from './service.ts'

/** Serves until SIGTERM or SIGINT. At the first start of all it makes the first admin and prints the one-time link. */
export async function serve(
  settings: Settings,
  linkTo: (secret: string) => string,
  say: (line: string) => void,
): Promise<number> {
  const appliance = await openAppliance(settings)
  if (!(await appliance.access.hasUsers())) {
    const { link } = await appliance.access.addUser('admin', 'admin', 'first start')
    say(`First start: open ${linkTo(link)} within a day to set the password of 'admin'.`)
  }
  const service = await startService(appliance).catch(async (error: unknown) => {
    // The store's worker would keep a service alive that serves nobody.
    await appliance.close()
    throw error
  })
  const { people } = settings
  say(
    `Slipway serves people on http${people.certificate ? 's' : ''}://${people.host}:${people.port}${people.socket ? ` and ${people.socket}` : ''}`,
  )
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve)
    process.once('SIGINT', resolve)
  })
  await service.stop()
  return 0
}
