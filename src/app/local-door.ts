import type { ApplianceDoor } from '../cli/appliance-commands.ts'
import type { Call } from '../cli/command.ts'
import { loadSettings } from '../config/load-settings.ts'
import { AppError } from '../core/errors.ts'
import { createLog } from '../core/log.ts'
import type { ImageVersion } from '../domain/image-version.ts'
import { ROLES } from '../domain/role.ts'
import { FLAVOURS, type FlavourName } from '../ramdisk/flavours.ts'
import { type Appliance, openAppliance } from './appliance.ts'
import { runDoctor } from './doctor/run-doctor.ts'
import { buildImageFromRecipe } from './image-builds.ts'
import { exportImage, imageKey } from './image-exports.ts'
import { importImageFile } from './image-imports.ts'
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
    buildImage: (recipe, version, fresh, onStep, onProgress) =>
      using((appliance) => buildImageFromRecipe(appliance, { recipe, version, fresh }, onStep, onProgress)),
    importImage: (wish, onProgress) => using((appliance) => importImageFile(appliance, wish, onProgress)),
    verifyImage: (name, version, deep, onProgress) =>
      using(async ({ library }) => {
        const { manifestDigest } = await find(library.find(name, version), name)
        const report = await library.verify(manifestDigest, deep, onProgress)
        return {
          digest: manifestDigest,
          signedBy: report.signedBy,
          faults: report.faults.map((fault) => JSON.stringify(fault)),
        }
      }),
    collectGarbage: (isDryRun, onProgress) =>
      using(async ({ library }) => {
        const { blobs, bytes, versions } = await (isDryRun
          ? library.garbage.plan()
          : library.garbage.collect(onProgress))
        return { blobs: blobs.length, bytes, versions: versions.map(({ name, version }) => `${name} ${version}`) }
      }),
    imageSpace: () => using(({ library }) => library.space()),
    scrubImages: () => using(({ library }) => library.scrub([], Number.POSITIVE_INFINITY)),
    exportImage: (wish, onStep, onProgress) => using((appliance) => exportImage(appliance, wish, onStep, onProgress)),
    imageKey: () => using(imageKey),
    images: () => using(({ library }) => library.list()),
    image: (name, version) =>
      using(async ({ library }) => {
        const row = await find(library.find(name, version), name)
        return { row, manifest: (await library.content(row.manifestDigest)).manifest }
      }),
  }
}

async function find(row: Promise<ImageVersion | undefined>, name: string): Promise<ImageVersion> {
  const found = await row
  if (!found) throw new AppError('image.not_found', `expected an image in the library, got ${name}`)
  return found
}
