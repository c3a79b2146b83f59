import type { BootPreviewRow } from '../domain/boot-preview.ts'
import type { DhcpMode } from '../domain/segment.ts'
import type { Asking } from './boot-preview-askings.ts'

/** What would be answered if the segment gave addresses. `tells`: there is something to say about booting at all. */
export type Previewed = Pick<BootPreviewRow, 'kind' | 'why' | 'answer'> & { tells: boolean; refused: boolean }

type Said = Pick<BootPreviewRow, 'outcome' | 'kind' | 'why' | 'answer'>

/** What becomes of an answer under the mode of its segment; the table of the DHCP server's modes, told. */
export const inMode = (mode: DhcpMode, way: Asking, seen: Previewed): Said => MODES[mode](way, seen)

const silent = ({ kind }: Previewed, why: string): Said => ({ outcome: 'silent', kind, why, answer: '' })
const answered = ({ kind, why, answer }: Previewed): Said => ({ outcome: 'answered', kind, why, answer })

const MODES: Readonly<Record<DhcpMode, (way: Asking, seen: Previewed) => Said>> = {
  authoritative: (_way, seen) => (seen.refused ? silent(seen, seen.why) : answered(seen)),
  proxy: (way, seen) => {
    if (way.class === 'script') return answered(seen)
    if (way.class === 'os') return silent(seen, 'addresses are for the other DHCP server of this segment')
    return seen.refused || !seen.tells
      ? silent(seen, `${seen.why}; a proxy says nothing where there is nothing to boot`)
      : answered(seen)
  },
  observe: (way, seen) =>
    way.class === 'script'
      ? silent(seen, 'the segment is only observed: no door for machines is open')
      : { ...answered(seen), outcome: 'observed', why: `only observed, nothing is sent; ${seen.why}` },
  off: (_way, seen) => silent(seen, 'the segment is switched off'),
}
