import { readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { createChunkSource } from '../../../src/agent/chunk-source.ts'
import { deploy } from '../../../src/agent/deploy.ts'
import { createDoor } from '../../../src/agent/door.ts'
import { createProgressMeter } from '../../../src/agent/progress-meter.ts'
import { startReportLoop } from '../../../src/agent/report-loop.ts'
import { systemClock } from '../../../src/core/clock.ts'
import { randomToken } from '../../../src/core/ids.ts'
import { AGENT_PATHS, ExchangeAnswer } from '../../../src/protocol/agent-door.ts'

/** What the kernel's command line and the ramdisk say on a machine, and the file that is its disk. */
export type AgentOrder = {
  door: string
  chunks: string
  code: string
  doorKeySha256: string
  imageKeys: string[]
  devices: string
  disk: { name: string; bytes: number }
}

// The agent's own parts on a machine whose disk is a file: from the boot code to the server's word on the read-back.
const order = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as AgentOrder
const door = createDoor(order.door, order.doorKeySha256)
const nonce = randomToken()
const { token } = await door.call(AGENT_PATHS.exchange, { code: order.code, nonce }, ExchangeAnswer)
door.useToken(token)
const meter = createProgressMeter(systemClock)
const reports = startReportLoop(door, meter)
const { imageKeys, devices } = order
const host = Object.values(networkInterfaces())
  .flatMap((cards) => cards ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)!.address
await deploy(
  {
    ...{ firmware: 'bios', secureBoot: false, cpu: { model: 'bench', threads: 1 }, memoryBytes: 1 << 30, nics: [] },
    disks: [{ ...order.disk, rotational: false, removable: false, readOnly: false }],
  },
  {
    ...{ door, meter, imageKeys, devices, host, log: reports.log, appendDiskEntry: async () => undefined },
    chunks: createChunkSource(order.chunks, 6, reports.retried),
  },
)
process.exit(0)
