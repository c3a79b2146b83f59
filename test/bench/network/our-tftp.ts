import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { createLog } from '../../../src/core/log.ts'
import type { TftpFile } from '../../../src/servers/tftp/block-reader.ts'
import { createTftpServer } from '../../../src/servers/tftp/tftp-server.ts'
import { createTransferLanes } from '../../../src/servers/tftp/transfer-lanes.ts'

// Serves the files of a folder as the service serves loaders: `our-tftp.ts <folder> <interface> <address>`.
const [folder = '', device = '', address = ''] = process.argv.slice(2)
const kept = new Map<string, Promise<Buffer>>()

const open = async (name: string): Promise<TftpFile> => {
  const reading = kept.get(name) ?? readFile(join(folder, basename(name)))
  kept.set(name, reading)
  const bytes = await reading
  return {
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    close: async () => {},
  }
}

const lanes = createTransferLanes()
const server = createTftpServer({
  segment: { name: 'bench', interface: device, address },
  // All the clients of the bench have one address.
  limits: { mostPerClient: 200 },
  log: createLog('error'),
  observe: () => {},
  open,
  lanes,
})
await server.start()
process.once('SIGTERM', () => void server.stop().then(() => lanes.close()))
