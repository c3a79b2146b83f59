/** Work on the library that takes its time. Times in milliseconds since the epoch, progress in bytes. */
export type ImageJob = {
  id: string
  /** What is done, in words: `import of debian 12 from disk.qcow2`. */
  says: string
  by: string
  startedAt: number
  endedAt: number | undefined
  state: 'running' | 'done' | 'failed'
  step: string
  done: number
  total: number
  error: { code: string; message: string } | undefined
}
