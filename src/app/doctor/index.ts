import { clock } from './clock.ts'
import { dataFolder } from './data-folder.ts'
import type { DoctorCheck } from './doctor-check.ts'
import { gateways } from './gateways.ts'
import { images } from './images.ts'
import { interfaces } from './interfaces.ts'
import { keys } from './keys.ts'
import { nextServers } from './next-servers.ts'
import { otherDhcp } from './other-dhcp.ts'
import { packageArchives } from './package-archives.ts'
import { ports } from './ports.ts'
import { ramdisks } from './ramdisks.ts'
import { relays } from './relays.ts'
import { segmentPlan } from './segment-plan.ts'
import { tools } from './tools.ts'

/** Every check of `slipway doctor`, in the order in which they are shown. */
export const DOCTOR_CHECKS: readonly DoctorCheck[] = [
  ...[dataFolder, keys, clock, tools, ramdisks, images],
  ...[interfaces, ports, segmentPlan, gateways, nextServers, relays, otherDhcp, packageArchives],
]
