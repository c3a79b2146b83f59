import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism, networkInterfaces } from 'node:os'
import * as z from 'zod'
import { systemClock } from '../core/clock.ts'
import { AppError } from '../core/errors.ts'
import { randomToken } from '../core/ids.ts'
import type { Inventory } from '../domain/inventory.ts'
import type { AgentRunKind } from '../domain/run/run.ts'
import { AGENT_PATHS, ExchangeAnswer } from '../protocol/agent-door.ts'
import { capture } from './capture/capture.ts'
import { openDiskCopy } from './capture/disk-copy.ts'
import { createChunkSource } from './chunk-source.ts'
import { deploy } from './deploy.ts'
import { discover, type Ending, waitForOrders } from './discover.ts'
import { createDoor } from './door.ts'
import { appendDiskEntry } from './firmware/append-disk-entry.ts'
import { listenForNeighbours, ramdiskEars } from './inventory/neighbours.ts'
import { createSysfs } from './inventory/sysfs.ts'
import { takeInventory } from './inventory/take-inventory.ts'
import { readMachineEk } from './inventory/tpm-ek.ts'
import { parseCommandLine } from './kernel-command-line.ts'
import { parseOfflineOrders } from './offline/offline-orders.ts'
import { runOffline } from './offline/run-offline.ts'
import { createProgressMeter } from './progress-meter.ts'
import { startReportLoop } from './report-loop.ts'
import { runProgram } from './run-program.ts'

const ADDRESS_TRIES = 600
const ADDRESS_PAUSE_MILLISECONDS = 100
const FAILURE_PAUSE_MILLISECONDS = 5000
const CONNECTIONS = 6
const Trust = z.object({ doorKeySha256: z.string(), imageKeys: z.array(z.string()) })

/** The program of the ramdisk: from the kernel's command line to what the machine does next. */
async function main(): Promise<Ending> {
  console.log(`slipway: agent on Node ${process.version}, ${availableParallelism()} processors`)
  const commandLine = await readFile('/proc/cmdline', 'utf8')
  const trust = Trust.parse(JSON.parse(await readFile('/etc/slipway/trust.json', 'utf8')))
  const sysfs = createSysfs('/')
  const offline = parseOfflineOrders(commandLine)
  if (offline) {
    await runOffline(offline, trust, sysfs, () => takeInventory(sysfs, { ...means, log: console.log }))
    return 'restart'
  }
  const orders = parseCommandLine(commandLine)
  // Switches speak once a link comes up, and then every half minute: who listens early hears more.
  const neighbours = listenForNeighbours(sysfs, ramdiskEars(console.log))
  const host = await waitForAddress(orders.mac)
  const door = createDoor(orders.door, trust.doorKeySha256)
  const { token, runId, kind } = await door.call(
    AGENT_PATHS.exchange,
    { code: orders.code, nonce: randomToken() },
    ExchangeAnswer,
  )
  door.useToken(token)
  const meter = createProgressMeter(systemClock)
  const reports = startReportLoop(door, meter)
  reports.log(`${kind} run ${runId}: code exchanged`)
  const chunks = createChunkSource(orders.chunks, CONNECTIONS, reports.retried)
  const { imageKeys } = trust
  const { log } = reports
  const common = { door, meter, devices: '/dev', log }
  const kinds: Record<AgentRunKind, (inventory: Inventory) => Promise<string | undefined>> = {
    deploy: (inventory) => silent(deploy(inventory, { ...common, chunks, imageKeys, host, appendDiskEntry })),
    capture: (inventory) => silent(capture(inventory, { ...common, openCopy: openDiskCopy })),
    discover: (inventory) => discover(inventory, door, say),
  }
  const work = takeInventory(sysfs, { ...means, log, neighbours: neighbours.heard }).then(kinds[kind])
  try {
    const ended = reports.stopped.then(() => Promise.reject(new Error('the appliance ended the run')))
    const rest = await Promise.race([work, ended, uncaught()])
    if (rest) {
      await reports.end()
      return await waitForOrders(door, rest, neighbours.heard, say)
    }
    reports.log('done, restarting')
  } catch (error) {
    const code = error instanceof AppError ? codeOf(error) : 'internal'
    const message = error instanceof Error ? error.message : String(error)
    reports.log(`stopped: ${code}: ${message}`)
    await door.call(AGENT_PATHS.failed, { code, message: message.slice(0, 4000) }, z.unknown()).catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, FAILURE_PAUSE_MILLISECONDS))
  }
  await reports.end()
  return 'restart'
}

const say = (line: string): void => console.log(`slipway: ${line}`)

/** Work after which the machine has nothing to wait for. */
const silent = (work: Promise<void>): Promise<undefined> => work.then(() => undefined)

/** What the appliance refused with says more than that it refused. */
const codeOf = ({ code, details }: AppError): string => (typeof details.code === 'string' ? details.code : code)

/** Fails with what nobody caught: the agent is the first process, so its end without a word would stop the kernel. */
const uncaught = (): Promise<never> => new Promise((_resolve, reject) => process.on('uncaughtException', reject))

/** The card that the machine booted from has an address once udhcpc, started before us, got one. */
async function waitForAddress(mac: string): Promise<string> {
  for (let tries = 0; tries < ADDRESS_TRIES; tries += 1) {
    const cards = Object.values(networkInterfaces()).flatMap((card) => card ?? [])
    const card = cards.find((one) => one.mac === mac && one.family === 'IPv4')
    if (card) return card.address
    await new Promise((resolve) => setTimeout(resolve, ADDRESS_PAUSE_MILLISECONDS))
  }
  throw new AppError('socket.failed', `expected an IPv4 address on the card ${mac} within a minute, got none`)
}

/** The variable's value follows four bytes of attributes (UEFI 2.10 §8.2). */
const secureBootByte = async (path: string): Promise<number | undefined> =>
  (await readFile(`/${path}`).catch(() => undefined))?.[4]

/** The kernel's own key for each (sysrq), and the program that does the same. */
const ENDINGS: Record<Ending, { key: string; program: string }> = {
  restart: { key: 'b', program: 'reboot' },
  off: { key: 'o', program: 'poweroff' },
}

/** Asked for at once, as a TPM may take seconds to make its key. Who awaits it is told why there is none. */
const tpmEk = readMachineEk()
tpmEk.catch(() => {})

/** What the inventory reaches besides files of the kernel. */
const means = { secureBootByte, tpmEk: () => tpmEk, run: runProgram }

async function end(how: Ending): Promise<void> {
  const { key, program } = ENDINGS[how]
  await runProgram('sync', []).catch(() => {})
  await writeFile('/proc/sysrq-trigger', key).catch(() => {})
  await runProgram(program, ['-f']).catch(() => {})
}

const ending = await main().catch((error: unknown): Ending => {
  console.log(`slipway: ${error}`)
  return 'restart'
})
await end(ending)
