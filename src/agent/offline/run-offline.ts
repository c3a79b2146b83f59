import { mkdir, writeFile } from 'node:fs/promises'
import { systemClock } from '../../core/clock.ts'
import { AppError } from '../../core/errors.ts'
import type { Disk, Inventory } from '../../domain/inventory.ts'
import { appendDiskEntry } from '../firmware/append-disk-entry.ts'
import type { Sysfs } from '../inventory/sysfs.ts'
import { createProgressMeter } from '../progress-meter.ts'
import { runProgram } from '../run-program.ts'
import { deployOffline, type MediumVersion, readVersion } from './deploy-offline.ts'
import { findMedia, type Medium } from './find-media.ts'
import type { OfflineOrders } from './offline-orders.ts'
import { type MediumOutcome, reportOf, sendReport } from './report.ts'
import { openScreen, type Screen } from './screen.ts'

const MOUNT_POINT = '/mnt/medium'
const DEVICES = '/dev'
const DRIVERS = ['sr_mod', 'sd_mod', 'isofs', 'usb_storage', 'uas']
const MEDIUM_TRIES = 60
const TRY_MILLISECONDS = 500
const READING_MILLISECONDS = 8000

/** Whom the agent trusts: image keys (raw Ed25519, base64) and the key of the appliance's door (SHA-256). */
type Trust = { imageKeys: string[]; doorKeySha256: string }

/** A machine that was started from a medium: deploys, says how it ended, and switches off. What failed stays on the screen. */
export async function runOffline(
  orders: OfflineOrders,
  trust: Trust,
  sysfs: Sysfs,
  takeInventory: () => Promise<Inventory>,
): Promise<void> {
  const started = performance.now()
  const screen = await openScreen()
  const meter = createProgressMeter(systemClock)
  const following = screen.follow(meter)
  let known: { version: MediumVersion; inventory: Inventory } | undefined
  const tell = async (outcome: MediumOutcome): Promise<void> => {
    following.stop()
    if (known === undefined) return
    const report = reportOf(outcome, known.version, known.inventory, (performance.now() - started) / 1000)
    screen.say(`report ${JSON.stringify(report)}`)
    if (orders.report === undefined) return
    await sendReport(orders.report, trust.doorKeySha256, report).then(
      () => screen.say(`reported to ${orders.report?.door}`),
      (error: unknown) => screen.say(`not reported: ${error instanceof Error ? error.message : error}`),
    )
  }
  const work = async (): Promise<Disk> => {
    const media = await mountMedium(orders, sysfs, screen)
    const version = await readVersion(orders, { mounted: MOUNT_POINT, imageKeys: trust.imageKeys, say: screen.say })
    // Only now: the disks that came as late as the medium did are among those to choose from.
    known = { version, inventory: await takeInventory() }
    return deployOffline(orders, version, known.inventory, {
      ...{ mounted: MOUNT_POINT, media: new Set(media.map(({ device }) => device)) },
      ...{ devices: DEVICES, meter, appendDiskEntry, say: screen.say },
    })
  }
  try {
    const disk = await Promise.race([work(), uncaught()])
    await tell({ outcome: 'deployed', disk: disk.name })
    sayResult(screen, [
      `DONE: ${known?.version.manifest.name} ${known?.version.manifest.version} is on ${disk.name}, read back and right.`,
      'The machine switches itself off. Take the medium out and switch it on.',
    ])
    await switchOff()
  } catch (error) {
    const code = error instanceof AppError ? error.code : 'internal'
    const message = error instanceof Error ? error.message : String(error)
    await tell({ outcome: 'failed', code, message })
    sayResult(screen, [
      `FAILED: ${code}: ${message}`,
      'Nothing more happens. Switch the machine off when you have read this.',
    ])
    await forever()
  }
}

async function switchOff(): Promise<void> {
  await runProgram('sync', []).catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, READING_MILLISECONDS))
  await writeFile('/proc/sysrq-trigger', 'o').catch(() => {})
  await forever()
}

/** The first process must not end. */
const forever = (): Promise<never> => new Promise(() => setInterval(() => {}, 60_000))

/** The agent is the first process: what nobody caught would stop the kernel without a word. */
const uncaught = (): Promise<never> => new Promise((_resolve, reject) => process.on('uncaughtException', reject))

function sayResult({ say }: Screen, lines: string[]): void {
  const rule = '='.repeat(72)
  for (const line of [rule, ...lines, rule]) say(line)
}

/** A stick may appear seconds after the kernel. All media are told, because none of them may be written. */
async function mountMedium(orders: OfflineOrders, sysfs: Sysfs, screen: Screen): Promise<Medium[]> {
  screen.say(`looking for the medium ${orders.label}`)
  for (const driver of DRIVERS) await runProgram('modprobe', ['-q', driver]).catch(() => {})
  await mkdir(MOUNT_POINT, { recursive: true })
  for (let tries = 1; tries <= MEDIUM_TRIES; tries += 1) {
    const media = await findMedia(sysfs, DEVICES)
    const own = media.find(({ label }) => label === orders.label)
    if (own) {
      await runProgram('mount', ['-t', 'iso9660', '-o', 'ro', `${DEVICES}/${own.device}`, MOUNT_POINT])
      screen.say(`the medium is in ${own.device}`)
      return media
    }
    await new Promise((resolve) => setTimeout(resolve, TRY_MILLISECONDS))
  }
  throw new AppError('disk.none', `expected the medium ${orders.label} in a drive within 30 s, got none`)
}
