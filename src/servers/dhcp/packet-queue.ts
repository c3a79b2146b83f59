/** A payload that waits for its turn, and where it came from. */
export type Waiting<From> = { bytes: Uint8Array; from: From }

export type PacketQueue<From> = {
  push(bytes: Uint8Array, from: From): void
  /** Forgets what still waits. */
  clear(): void
}

export type PacketQueueDeps<From> = {
  serve(bytes: Uint8Array, from: From): void
  /** Pushes what came in meanwhile, if the socket can tell; asked before each turn. */
  more?(): void
  /** Told of each packet that had to go. */
  dropped(): void
  /** Runs the next turn once what came in meanwhile was heard. */
  later?(turn: () => void): void
}

/** More first packets than this are answered too late to be of use. */
const MOST_FIRST = 1024
const MOST_OTHERS = 4096
const A_TURN = 32

/** Option 53 is the first of nearly every client; whoever puts it elsewhere waits with the first packets. */
const OPTIONS_AT = 240
const MESSAGE_TYPE = 53
const DISCOVER = 1

/**
 * Takes packets as they come and serves those first that end an exchange: in a storm a server that answers every DISCOVER
 * never comes to the REQUESTs, and nobody gets an address. Of too many DISCOVERs the oldest go: their clients ask again.
 */
export function createPacketQueue<From>({
  serve,
  more,
  dropped,
  later = setImmediate,
}: PacketQueueDeps<From>): PacketQueue<From> {
  const first = createRing<Waiting<From>>(MOST_FIRST)
  const others = createRing<Waiting<From>>(MOST_OTHERS)
  let isPlanned = false
  const turn = (): void => {
    more?.()
    for (let count = 0; count < A_TURN; count++) {
      const next = others.shift() ?? first.shift()
      if (!next) break
      serve(next.bytes, next.from)
    }
    isPlanned = others.size() + first.size() > 0
    if (isPlanned) later(turn)
  }
  return {
    push: (bytes, from) => {
      if (!(isFirst(bytes) ? first : others).push({ bytes, from })) dropped()
      if (isPlanned) return
      isPlanned = true
      later(turn)
    },
    clear: () => {
      first.clear()
      others.clear()
    },
  }
}

const isFirst = (bytes: Uint8Array): boolean => bytes[OPTIONS_AT] !== MESSAGE_TYPE || bytes[OPTIONS_AT + 2] === DISCOVER

/** The newest `most` items in their order; `push` is false when it cost the oldest one. */
function createRing<T>(most: number) {
  let items: (T | undefined)[] = []
  let head = 0
  const size = (): number => items.length - head
  const shift = (): T | undefined => {
    const item = items[head]
    if (head < items.length) items[head++] = undefined
    if (head > most || head === items.length) {
      items = items.slice(head)
      head = 0
    }
    return item
  }
  return {
    size,
    shift,
    push: (item: T): boolean => {
      items.push(item)
      if (size() <= most) return true
      shift()
      return false
    },
    clear: () => {
      items = []
      head = 0
    },
  }
}
