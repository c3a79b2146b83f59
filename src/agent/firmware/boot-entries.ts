/** One boot option of UEFI firmware (UEFI 2.10 §3.1.3): its number as four hex digits, its label, its device path. */
export type BootEntry = { number: string; label: string; path: string }
export type BootEntries = { current: string | undefined; order: string[]; entries: BootEntry[] }

const ENTRY = /^Boot([0-9A-Fa-f]{4})\*?\s+([^\t]*)(?:\t(.*))?$/

/** Reads what `efibootmgr -v` prints. Lines it does not know are passed over. */
export function parseBootEntries(text: string): BootEntries {
  const lines = text.split('\n').map((line) => line.trimEnd())
  const value = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
  return {
    current: value('BootCurrent')?.toUpperCase(),
    order: (value('BootOrder') ?? '')
      .split(',')
      .filter(Boolean)
      .map((number) => number.toUpperCase()),
    entries: lines.flatMap((line) => {
      const match = ENTRY.exec(line)
      return match ? [{ number: match[1]!.toUpperCase(), label: match[2]!.trim(), path: match[3] ?? '' }] : []
    }),
  }
}

/** A device path with a MAC node boots from a network card (UEFI 2.10 §10.3.4.12): by PXE, HTTP or the card's own ROM. */
const isNetwork = ({ path }: BootEntry): boolean => /\/MAC\(/i.test(path)
/** Slipway answers no IPv6: what boots by it never carries a grant and only costs its time-out. */
const isIpv6 = ({ path }: BootEntry): boolean => /\/IPv6\(/i.test(path)

/**
 * The order in which every entry that may carry a grant comes before the disk's own, and all others after it. The entry
 * this boot came from counts as one even where its path does not say so.
 */
export function orderWithDisk({ current, order, entries }: BootEntries, disk: string): string[] {
  const first = new Set(entries.filter((entry) => isNetwork(entry) && !isIpv6(entry)).map(({ number }) => number))
  if (current !== undefined && current !== disk) first.add(current)
  const known = order.filter((number) => number !== disk)
  return [...known.filter((number) => first.has(number)), disk, ...known.filter((number) => !first.has(number))]
}
