declare global {
  /** What of it is used here: its types come with a browser's, which a server has no others of. */
  namespace WebAssembly {
    class Memory {
      constructor(descriptor: { initial: number })
      readonly buffer: ArrayBuffer
    }
  }
}

/**
 * Buffers whose memory begins at a page, as reads and writes past the page cache want it (open(2), O_DIRECT). Node's own
 * buffers begin anywhere; the memory of WebAssembly is mapped, 64 KiB a page. Made once and used again: memory that is new
 * to the process costs more than what is done with it.
 */
export function alignedBlocks(count: number, bytes: number): Buffer<ArrayBuffer>[] {
  const step = Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES
  const { buffer } = new WebAssembly.Memory({ initial: (count * step) / PAGE_BYTES })
  return Array.from({ length: count }, (_, index) => Buffer.from(buffer, index * step, bytes))
}

const PAGE_BYTES = 64 << 10
