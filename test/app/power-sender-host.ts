import { powerSender } from '../../src/app/power-sender.ts'
import { wakeOnLan } from '../../src/power/wake-on-lan.ts'

const { mac, password, places } = JSON.parse(process.argv[2]!)
await wakeOnLan.act('on', { mac, password: Buffer.from(password, 'hex'), places }, powerSender)
