import type { ApplianceDoor } from '../cli/appliance-commands.ts'
import type { Call } from '../cli/command.ts'
import { loadSettings } from '../config/load-settings.ts'
import { createLog } from '../core/log.ts'
import { ROLES } from '../domain/role.ts'
import { FLAVOURS, type FlavourName } from '../ramdisk/flavours.ts'
import { type Appliance, openAppliance } from './appliance.ts'
import { runDoctor } from './doctor/run-doctor.ts'
import { localImages } from './local-images.ts'
import { oneOf } from './one-of.ts'
import { buildApplianceRamdisk } from './ramdisks.ts'
import { serve } from './serve.ts'

/** The commands on the appliance, over its own data folder; each call opens it and closes it again. */
export async function openLocalDoor(call: Call): Promise<ApplianceDoor> {
  const file = call.options.config
  const settings = await loadSettings(
    typeof file === 'string' ? file : 'slipway.yaml',
    typeof file === 'string',
    process.env,
  )
  const using = async <T>(work: (appliance: Appliance) => Promise<T>): Promise<T> => {
    const appliance = await openAppliance(settings, createLog(settings.log.level === 'debug' ? 'debug' : 'warn'))
    return work(appliance).finally(() => appliance.close())
  }
  const linkTo = (secret: string): string =>
    `http://${settings.people.host}:${settings.people.port}/sign-in/link#${secret}`
  return {
    serve: () => serve(settings, linkTo, call.say),
    printConfig: () => settings,
    doctor: () => runDoctor(settings),
    addUser: (name, role, withToken) =>
      using(async ({ access }) => {
        const known = oneOf(ROLES, role, 'a role')
        const { link } = await access.addUser(name, known, 'appliance')
        const token = withToken ? await access.addToken(name, 'command line', 'appliance') : undefined
        return { name, role: known, link: linkTo(link), token }
      }),
    buildRamdisk: (flavour, fresh, onStep) =>
      using((appliance) =>
        buildApplianceRamdisk(
          appliance,
          oneOf(Object.keys(FLAVOURS) as FlavourName[], flavour, 'a flavour'),
          fresh,
          onStep,
        ),
      ),
    ...localImages(using),
  }
}
