import type { LogFault } from '../../domain/install/log-fault.ts'

/** What Debian's installer writes to its log where it does not go on (main-menu, anna, net-retriever, debootstrap, partman). */
export const DEBIAN_FAULTS: readonly LogFault[] = [
  {
    ...{ code: 'install.component_missing', ends: false },
    line: /anna\[\d+\]: WARNING \*\*: package retrieval failed(?:: (\S+))?/,
    says: ([, name]) => `expected the archive to have the installer’s parts, got no ${name ?? 'package'}`,
  },
]
