import { expect, it } from 'vitest'
import { readBootClient } from '../../../src/boot/boot-client.ts'
import { answerRequest } from '../../../src/servers/dhcp/answer.ts'
import { readRequest } from '../../../src/servers/dhcp/read-request.ts'
import { decodePacket, encodePacket } from '../../../src/wire/dhcp4/packet.ts'
import { capturedDhcp } from '../../fixtures/captures.ts'
import { mutate, seeded } from '../../seeded.ts'
import { openEngine, segment } from './sample.ts'

it('answers 8,000 mutated requests without a failure, and each reply keeps the rules', async () => {
  const engine = await openEngine()
  const random = seeded(4578)
  const samples = capturedDhcp.filter(({ op }) => op === 1).map(({ payload }) => Buffer.from(payload, 'hex'))
  const counts: Record<string, number> = {
    malformed: 0,
    refused: 0,
    offer: 0,
    ack: 0,
    nak: 0,
    informed: 0,
    noted: 0,
    ignored: 0,
  }
  for (let i = 0; i < 8_000; i++) {
    const sample = random.pick(samples)
    const bytes = Buffer.concat([sample.subarray(0, 240), mutate(random, sample.subarray(240))])
    if (random.below(2) === 0) bytes[28 + random.below(6)] = random.below(256)
    if (random.below(4) === 0) bytes.set([10, 77, 0, 100 + random.below(101)], 12)
    if (random.below(3) === 0) bytes[242] = 1 + random.below(8)
    engine.at.now += random.below(60_000)
    let packet: ReturnType<typeof decodePacket>
    try {
      packet = decodePacket(bytes)
    } catch {
      counts.malformed!++
      continue
    }
    const request = readRequest(packet, readBootClient('lab', packet), { segment, serverId: segment.address })
    if ('why' in request) {
      counts.refused!++
      continue
    }
    const { answer, reply } = await answerRequest(request, engine.deps)
    counts[answer]!++
    if (!reply) continue
    const encoded = encodePacket(reply.header, reply.raw, reply.mostBytes)
    const sent = decodePacket(encoded.bytes)
    expect(encoded.bytes.length).toBeLessThanOrEqual(reply.mostBytes)
    expect(sent.options).toMatchObject({
      messageType: answer === 'informed' ? 'ack' : answer,
      serverId: segment.address,
    })
    expect(sent.raw.get(61)).toEqual(packet.raw.get(61))
    expect(sent.raw.has(51)).toBe(answer !== 'nak' && request.type !== 'inform')
    expect(sent.xid).toBe(packet.xid)
  }
  for (const [kind, count] of Object.entries(counts)) expect(count, kind).toBeGreaterThan(0)
})
