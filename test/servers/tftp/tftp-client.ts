import { createSocket, type Socket } from 'node:dgram'
import { decodeTftp, encodeTftp, type TftpPacket } from '../../../src/wire/tftp/packet.ts'

export type Asked = {
  address: string
  port: number
  name: string
  mode?: string
  options?: Record<string, string>
  /** How often each packet this client sends leaves it: 0 loses it, 2 doubles it. */
  copies?: (packet: TftpPacket) => number
  /** True to lose a packet that came in. */
  lose?: (packet: TftpPacket) => boolean
  /** Milliseconds of silence after which the last packet is sent again. */
  patienceMs?: number
}

/** What a read brought: the bytes, the OACK or ERROR, and every packet that came, in order. */
export type Read = {
  data: Buffer
  oack: Map<string, string> | undefined
  error: { code: number; message: string } | undefined
  came: TftpPacket[]
  tid: number
}

/** A TFTP client after RFC 1350 and 7440, for tests. Rejects when nothing comes six times in a row. */
export async function readByTftp(asked: Asked): Promise<Read> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  try {
    return await new ReadInProgress(socket, asked).run()
  } finally {
    socket.close()
  }
}

class ReadInProgress {
  readonly #socket: Socket
  readonly #asked: Asked
  readonly #done = Promise.withResolvers<Read>()
  readonly #read: Read = { data: Buffer.alloc(0), oack: undefined, error: undefined, came: [], tid: 0 }
  readonly #parts: Uint8Array[] = []
  #blockBytes = 512
  #window = 1
  #next = 1
  #sinceAck = 0
  #gapTold = false
  #last: TftpPacket
  #silences = 0
  #alarm: NodeJS.Timeout | undefined

  constructor(socket: Socket, asked: Asked) {
    this.#socket = socket
    this.#asked = asked
    const options = new Map(Object.entries(asked.options ?? {}))
    this.#last = { kind: 'rrq', name: asked.name, mode: asked.mode ?? 'octet', options }
  }

  run(): Promise<Read> {
    this.#socket.on('message', (bytes, from) => {
      const packet = decodeTftp(bytes)
      if (this.#asked.lose?.(packet)) return
      this.#read.tid ||= from.port
      this.#silences = 0
      this.#read.came.push(packet)
      this.#take(packet)
    })
    this.#send(this.#last)
    return this.#done.promise
  }

  #take(packet: TftpPacket): void {
    if (packet.kind === 'error') this.#end({ error: packet })
    // An OACK that comes late must not disturb the count of the window.
    if (packet.kind === 'oack' && this.#next === 1) {
      this.#read.oack = new Map(packet.options)
      this.#blockBytes = Number(packet.options.get('blksize') ?? 512)
      this.#window = Number(packet.options.get('windowsize') ?? 1)
      this.#ack(0)
    }
    if (packet.kind === 'data') this.#takeData(packet.block, packet.data)
  }

  #takeData(block: number, data: Uint8Array): void {
    const ahead = (block - (this.#next % 65536) + 65536) % 65536
    if (ahead === 0) {
      this.#parts.push(data)
      this.#next++
      this.#gapTold = false
      const last = data.length < this.#blockBytes
      if (last || ++this.#sinceAck === this.#window) this.#ack(this.#next - 1)
      if (last) this.#end({ data: Buffer.concat(this.#parts) })
    } else if (ahead < 32768 ? !this.#gapTold : this.#window === 1) {
      this.#ack(this.#next - 1)
      // One word about a gap is enough; the window begins again with the block that is missing.
      this.#gapTold = true
    }
  }

  #ack(block: number): void {
    this.#sinceAck = 0
    this.#send({ kind: 'ack', block: block % 65536 })
  }

  #send(packet: TftpPacket): void {
    this.#last = packet
    const port = this.#read.tid || this.#asked.port
    for (let copies = this.#asked.copies?.(packet) ?? 1; copies > 0; copies--)
      this.#socket.send(encodeTftp(packet), port, this.#asked.address)
    clearTimeout(this.#alarm)
    this.#alarm = setTimeout(() => {
      if (++this.#silences > 6) this.#done.reject(new Error(`nothing came after ${JSON.stringify(packet)}`))
      else this.#send(this.#next > 1 ? { kind: 'ack', block: (this.#next - 1) % 65536 } : this.#last)
      this.#sinceAck = 0
    }, this.#asked.patienceMs ?? 1000)
  }

  #end(over: Partial<Read>): void {
    clearTimeout(this.#alarm)
    this.#done.resolve({ ...this.#read, ...over })
  }
}
