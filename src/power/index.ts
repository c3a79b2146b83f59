import type { PowerDriver } from './power-driver.ts'
import { wakeOnLan } from './wake-on-lan.ts'

/** Every power driver, by its id in a machine's `power`. */
export const POWER_DRIVERS: readonly PowerDriver[] = [wakeOnLan]
