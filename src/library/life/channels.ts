import { AppError } from '../../core/errors.ts'
import { type LifecycleStand, whyNot, whyNotByScan } from '../../domain/image-lifecycle.ts'
import type { ImageVersion } from '../../domain/image-version.ts'
import {
  type Channel,
  type LifecycleParts,
  type LifecycleRecords,
  refuseStep,
  type Said,
  type VersionName,
} from './lifecycle-records.ts'

/** Channels of images: which version is golden on each, and what was before. Throws request.invalid for an unknown channel. */
export function createChannels({ store, index, channels, clock }: LifecycleParts, records: LifecycleRecords) {
  const channelOf = (name: string): Channel => {
    const channel = channels.find((one) => one.name === name)
    if (channel) return channel
    const known = channels.map((one) => one.name).join(', ')
    throw new AppError('request.invalid', `expected a channel (${known}), got ${JSON.stringify(name)}`)
  }
  const whyNotOn = ({ site, scanMaxAgeDays }: Channel, stand: LifecycleStand): string[] => [
    ...whyNot('promote', stand, site),
    ...whyNotByScan(scanMaxAgeDays, stand.scan, clock.now()),
  ]
  const promote = async (which: VersionName, name: string, { by, body }: Said): Promise<void> => {
    const [channel, row] = [channelOf(name), await records.find(which)]
    await store.change(async (rows) => {
      const place = await records.read(rows, row)
      refuseStep('promote', row, whyNotOn(channel, place.stand))
      if (place.stand.channels.includes(name)) return
      const before = (await rows.moves(row.name, name))[0]?.golden?.version ?? null
      await records.write(rows, place, 'promote', { by, body: { ...body, channel: name, before } })
      const golden = { version: row.version, manifestDigest: row.manifestDigest }
      await rows.move({ image: row.name, channel: name, golden, at: clock.now(), by })
    })
  }
  const rollbackTarget = async (image: string, name: string): Promise<ImageVersion | undefined> => {
    const channel = channelOf(name)
    const [now, ...before] = await store.moves(image, name)
    for (const { golden } of before) {
      if (!golden || golden.manifestDigest === now?.golden?.manifestDigest) continue
      const row = await index.find(image, golden.version)
      if (row && whyNotOn(channel, (await records.read(store, row)).stand).length === 0) return row
    }
    return undefined
  }
  return {
    /** Points a channel at a version. Throws image.step_refused with what is missing. */
    promote,
    /** What every channel of an image points at now. */
    channels: (image: string) => store.channels(image),
    /** The newest version that a channel pointed at before and may still point at. */
    rollbackTarget,
    /** Points a channel at its rollback target, which is returned. Throws image.step_refused where there is none. */
    rollback: async (image: string, channel: string, { by, body }: Said): Promise<ImageVersion> => {
      const target = await rollbackTarget(image, channel)
      const what = `expected an earlier version of ${image} that ${channel} pointed at and may again, got none`
      if (!target) throw new AppError('image.step_refused', what)
      await promote({ name: image, version: target.version }, channel, { by, body: { ...body, rollback: true } })
      return target
    },
  }
}
