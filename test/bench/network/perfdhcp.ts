/** What perfdhcp printed: exchanges a second that were completed, and packets that came back. */
export type PerfdhcpResult = { rate: number; received: number }

export function readPerfdhcp(text: string): PerfdhcpResult {
  const rate = Number(/Rate: ([\d.]+) 4-way exchanges/.exec(text)?.[1] ?? 0)
  const received = [...text.matchAll(/received packets: (\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0)
  return { rate, received }
}

/** The 99th percentile of all delays in milliseconds, from the times that `-x t` prints of each packet. */
export function p99Of(text: string): number {
  const delays = [...text.matchAll(/sent \/ received: ([\d.]+) \/ ([\d.]+)/g)]
    .map(([, sent, received]) => (Number(received) - Number(sent)) * 1000)
    .sort((a, b) => a - b)
  return delays[Math.floor(delays.length * 0.99)] ?? Number.NaN
}
