import { createPrivateKey } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DoctorFinding } from '../../domain/doctor.ts'
import { trustedKeyFromPem } from '../../image/signature.ts'
import { type DoctorCheck, messageOf } from './doctor-check.ts'

type KeyFile = { name: string; says: string; prove(text: string): string; isNeeded(images: number): boolean }

const KEY_FILES: readonly KeyFile[] = [
  {
    name: 'image-signing.pem',
    says: 'Ed25519 key that signs images',
    prove: (text) => `key ${trustedKeyFromPem(text).id}`,
    isNeeded: (images) => images > 0,
  },
  {
    name: 'door.key',
    says: 'key of the agents’ door',
    prove: (text) => `${createPrivateKey(text).asymmetricKeyType} key`,
    isNeeded: () => true,
  },
  { name: 'boot-secret', says: 'secret under boot codes', prove: () => 'there', isNeeded: () => true },
]

/** The appliance's keys are there, are keys, and are read by their owner only. Doctor makes none. */
export const keys: DoctorCheck = {
  id: 'keys',
  says: 'library and door keys present and private',
  look: async ({ settings, data }) => {
    const folder = join(settings.dataFolder, 'keys')
    return Promise.all(KEY_FILES.map((row) => judge(row, folder, data?.images.length)))
  },
}

async function judge(row: KeyFile, folder: string, images: number | undefined): Promise<DoctorFinding> {
  const path = join(folder, row.name)
  const about = `keys/${row.name}`
  const expected = `${row.says}, mode 600`
  const found = await stat(path).catch(() => undefined)
  if (!found) {
    const isLost = images !== undefined && row.isNeeded(images)
    const remedy = isLost ? `Restore ${path} from a backup: what it signed or pinned is worth nothing without it.` : ''
    const got = isLost ? 'not there' : 'not there yet; made at its first use'
    return { about, outcome: isLost ? 'problem' : 'skipped', expected, got, ...(remedy ? { remedy } : {}) }
  }
  const mode = (found.mode & 0o777).toString(8)
  if ((found.mode & 0o077) !== 0)
    return { about, outcome: 'problem', expected, got: `mode ${mode}`, remedy: `chmod 600 ${path}` }
  try {
    return { about, outcome: 'ok', expected, got: `${row.prove(await readFile(path, 'utf8'))}, mode ${mode}` }
  } catch (error) {
    return { about, outcome: 'problem', expected, got: messageOf(error), remedy: `Restore ${path} from a backup.` }
  }
}
