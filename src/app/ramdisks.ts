import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../core/errors.ts'
import { buildRamdisk, type Ramdisk } from '../ramdisk/build-ramdisk.ts'
import type { FlavourName } from '../ramdisk/flavours.ts'
import type { Appliance } from './appliance.ts'

const agentEntry = fileURLToPath(new URL('../agent/main.ts', import.meta.url))

/** Builds the ramdisk of a flavour into the data folder, or another one, with this appliance's keys as its trust. */
export async function buildApplianceRamdisk(
  appliance: Appliance,
  flavour: FlavourName,
  fresh: boolean,
  onStep: (step: string) => void,
  target = join(appliance.ramdiskFolder, flavour),
): Promise<Ramdisk> {
  const imageKeys = (await appliance.library.trustedKeys()).map((key) => key.raw)
  const trust = { doorKeySha256: appliance.keys.doorKeySha256, imageKeys }
  const { cacheFolder } = appliance.settings
  return buildRamdisk({ flavour, trust, nodeBinary: process.execPath, agentEntry, cacheFolder, target, fresh }, onStep)
}

/** Kernel and initrd of a flavour. Throws agent.build_failed with the command that builds them. */
export async function findRamdisk(
  folder: string,
  flavour: FlavourName,
): Promise<{ kernel: string; initrd: string; digest: string }> {
  const below = join(folder, flavour)
  const text = await readFile(join(below, 'ramdisk.json'), 'utf8').catch(() => undefined)
  if (text === undefined)
    throw new AppError(
      'agent.build_failed',
      `expected a built ${flavour} ramdisk; run 'slipway agent build --flavour ${flavour}' first`,
    )
  const { digest } = JSON.parse(text) as { digest: string }
  return { kernel: join(below, 'vmlinuz'), initrd: join(below, 'initrd'), digest }
}
