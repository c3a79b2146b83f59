import { createWriteStream } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { execa } from 'execa'
import { AppError } from '../core/errors.ts'
import type { BenchNetwork } from './bench-network.ts'

const READY_TRIES = 300
const READY_PAUSE_MILLISECONDS = 100

/** The real service, running inside the bench's namespace; people reach it by its unix socket. */
export type ServiceProcess = {
  socket: string
  logFile: string
  ended: Promise<unknown>
  kill(signal: NodeJS.Signals): Promise<void>
}

/** What is served and how much of it is told in the log. */
export type ServiceWish = { program: string; dataFolder: string; cacheFolder: string; logLevel?: 'info' | 'debug' }

/** Starts `slipway serve` on a data folder and waits until it is ready. Throws lab.failed with the tail of its log. */
export async function startService(
  network: Pick<BenchNetwork, 'inside'>,
  { program, dataFolder, cacheFolder, logLevel = 'info' }: ServiceWish,
): Promise<ServiceProcess> {
  const [socket, logFile] = [join(dataFolder, 'people.sock'), join(dataFolder, 'service.log')]
  const [command, args] = network.inside(process.execPath, ['--no-warnings', program, 'serve', '--config', '/dev/null'])
  const env = {
    SLIPWAY_DATA_FOLDER: dataFolder,
    SLIPWAY_CACHE_FOLDER: cacheFolder,
    SLIPWAY_PEOPLE_SOCKET: socket,
    SLIPWAY_LOG_LEVEL: logLevel,
  }
  const child = execa(command, args, {
    env,
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: 'pipe',
    buffer: false,
    reject: false,
  })
  child.stderr.pipe(createWriteStream(logFile, { flags: 'a' }))
  let over = false
  const ended = child.then(() => {
    over = true
  })
  for (let tries = 0; tries < READY_TRIES && !over; tries += 1) {
    if (await isReady(socket))
      return {
        socket,
        logFile,
        ended,
        kill: async (signal) => {
          child.kill(signal)
          await ended
        },
      }
    await new Promise((resolve) => setTimeout(resolve, READY_PAUSE_MILLISECONDS))
  }
  child.kill('SIGKILL')
  throw new AppError('lab.failed', `expected the service to be ready within 30 s, see ${logFile}`)
}

function isReady(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: '/readyz', headers: { host: 'localhost' } }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    call.on('error', () => resolve(false))
    call.end()
  })
}
