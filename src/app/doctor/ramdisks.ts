import { createPrivateKey, createPublicKey } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256Hex } from '../../core/ids.ts'
import type { DoctorFinding } from '../../domain/doctor.ts'
import type { FlavourName } from '../../ramdisk/flavours.ts'
import { findRamdisk } from '../ramdisks.ts'
import { type DoctorCheck, type DoctorSubject, messageOf } from './doctor-check.ts'

/** The first archive of an initrd is not compressed and holds the agent and whom it trusts. */
const HEAD_BYTES = 16 << 20
const PINNED = /"doorKeySha256":"([0-9a-f]{64})"/

/** The ramdisks that the machines' profiles name are built, and pin the key of this appliance's agents' door. */
export const ramdisks: DoctorCheck = {
  id: 'ramdisks',
  says: 'ramdisks of the profiles built, with this appliance’s key',
  look: async (subject) => {
    const flavours = new Set([...(subject.data?.profiles ?? []).map(({ ramdisk }) => ramdisk), ...ofUnknown(subject)])
    const expected = 'built'
    if (flavours.size === 0)
      return [{ about: 'ramdisks', outcome: 'skipped', expected, got: subject.whyNoData ?? 'no profile names one' }]
    return Promise.all([...flavours].map((flavour) => judge(subject, flavour)))
  },
}

async function judge({ settings, data }: DoctorSubject, flavour: FlavourName): Promise<DoctorFinding> {
  const profiles = data!.profiles.filter(({ ramdisk }) => ramdisk === flavour).map(({ name }) => name)
  const unknown = ofUnknown({ data }).includes(flavour) ? ' and for unknown ones' : ''
  const users = data!.machines.filter(({ profile }) => profile !== undefined && profiles.includes(profile)).length
  const about = `ramdisk ${flavour}`
  const expected = `built, for ${users} machine${users === 1 ? '' : 's'}${unknown}`
  const remedy = `slipway agent build --flavour ${flavour}`
  try {
    const { initrd, digest } = await findRamdisk(join(settings.dataFolder, 'ramdisk'), flavour)
    const [pinned, own] = [await pinnedKey(initrd), await doorKey(settings.dataFolder)]
    if (pinned && own && pinned !== own)
      return { about, outcome: 'problem', expected, got: 'built for an older key of the agents’ door', remedy }
    return { about, outcome: 'ok', expected, got: digest.slice(0, 12) }
  } catch (error) {
    return {
      about,
      outcome: users > 0 || unknown !== '' ? 'problem' : 'warning',
      expected,
      got: messageOf(error),
      remedy,
    }
  }
}

/** What machines boot that nobody registered, where a segment wants to know them: the generic one unless it names a profile. */
const ofUnknown = ({ data }: Pick<DoctorSubject, 'data'>): FlavourName[] =>
  (data?.segments ?? [])
    .filter(({ unknownMachines }) => unknownMachines !== 'ignore')
    .map(({ discoveryProfile }) => data?.profiles.find(({ name }) => name === discoveryProfile)?.ramdisk ?? 'generic')

async function pinnedKey(initrd: string): Promise<string | undefined> {
  const file = await open(initrd)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return PINNED.exec(buffer.toString('latin1', 0, bytesRead))?.[1]
  } finally {
    await file.close()
  }
}

async function doorKey(dataFolder: string): Promise<string | undefined> {
  const pem = await readFile(join(dataFolder, 'keys/door.key'), 'utf8').catch(() => undefined)
  return pem && sha256Hex(createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' }))
}
