import { networkInterfaces } from 'node:os'
import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import type { Inventory } from '../../domain/inventory.ts'
import { MEDIUM_REPORT_PATH, type MediumReport } from '../../protocol/medium-report.ts'
import { createDoor } from '../door.ts'
import type { MediumVersion } from './deploy-offline.ts'

const ADDRESS_MILLISECONDS = 20_000
const PAUSE_MILLISECONDS = 250
const ANSWER_MILLISECONDS = 30_000

/** How it ended. */
export type MediumOutcome = Pick<MediumReport, 'outcome' | 'disk' | 'code' | 'message'>

/** What is told of a deployment; `seconds` since the agent began. */
export const reportOf = (
  outcome: MediumOutcome,
  { manifest, manifestDigest }: MediumVersion,
  { uuid, serial, nics }: Pick<Inventory, 'uuid' | 'serial' | 'nics'>,
  seconds: number,
): MediumReport => ({
  ...outcome,
  ...{ image: manifest.name, version: manifest.version, manifestDigest, seconds: Math.round(seconds) },
  machine: { ...(uuid && { uuid }), ...(serial && { serial }), macs: nics.map(({ mac }) => mac) },
})

/** Hands a report to the appliance, if there is a network and it answers. Throws what kept it from that. */
export async function sendReport(
  { door: address, token }: { door: string; token: string },
  doorKeySha256: string,
  report: MediumReport,
): Promise<void> {
  await waitForAddress()
  const door = createDoor(address, doorKeySha256)
  door.useToken(token)
  await Promise.race([door.call(MEDIUM_REPORT_PATH, report, z.unknown()), noAnswer(address)])
}

async function waitForAddress(): Promise<void> {
  for (let waited = 0; waited < ADDRESS_MILLISECONDS; waited += PAUSE_MILLISECONDS) {
    const addresses = Object.values(networkInterfaces()).flatMap((card) => card ?? [])
    if (addresses.some(({ internal, family }) => !internal && family === 'IPv4')) return
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
  throw new AppError('socket.failed', `expected an address from the network within ${ADDRESS_MILLISECONDS / 1000} s`)
}

const noAnswer = (address: string): Promise<never> =>
  new Promise((_resolve, reject) =>
    setTimeout(
      () => reject(new AppError('socket.failed', `expected ${address} to answer in ${ANSWER_MILLISECONDS / 1000} s`)),
      ANSWER_MILLISECONDS,
    ),
  )
