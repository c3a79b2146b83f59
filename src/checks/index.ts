import type { Check } from '../domain/check.ts'
import { failedUnits } from './failed-units.ts'
import { identity } from './identity.ts'
import { imageVersion } from './image-version.ts'
import { kernel } from './kernel.ts'
import { network } from './network.ts'
import { rootGrown } from './root-grown.ts'
import { secureBoot } from './secure-boot.ts'
import { settings } from './settings.ts'
import { tcpBanner } from './tcp-banner.ts'

/** Every check, in the order in which they are judged and shown. */
export const CHECKS: readonly Check[] = [
  identity,
  imageVersion,
  kernel,
  rootGrown,
  secureBoot,
  failedUnits,
  network,
  settings,
  tcpBanner,
]
