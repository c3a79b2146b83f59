import { createHash } from 'node:crypto'
import { createLog } from '../../../src/core/log.ts'
import { createTftpServer } from '../../../src/servers/tftp/tftp-server.ts'
import { createTransferLanes } from '../../../src/servers/tftp/transfer-lanes.ts'

const say = (line: Record<string, unknown>): boolean => process.stdout.write(`${JSON.stringify(line)}\n`)

/** Serves made-up files: `name` is `<bytes>.bin`, its content a function of the size alone. */
export function makeFile(bytes: number): Buffer {
  const block = createHash('sha512').update(`${bytes}`).digest()
  return Buffer.alloc(bytes, block)
}

if (process.argv[2]) {
  const { segment, limits, ports, lanes = true } = JSON.parse(process.argv[2])
  const server = createTftpServer({
    segment,
    limits,
    ...(ports && { ports }),
    ...(lanes && { lanes: createTransferLanes() }),
    open: async (name) => {
      const size = /^(\d+)\.bin$/.exec(name)?.[1]
      if (size === undefined) return undefined
      const bytes = makeFile(Number(size))
      return {
        size: bytes.length,
        read: async (offset, length) => bytes.subarray(offset, offset + length),
        close: async () => void say({ closed: name }),
      }
    },
    observe: (sighting) => say({ ...sighting, counters: server.counters }),
    log: createLog('error'),
  })
  await server.start()
  say({ ready: true })
}
