import { createServer } from 'node:http'
import { sendFile } from '../../../src/servers/http-boot/send-file.ts'

// Serves one file: `file-host.ts {"file","address","port"}`.
const { file, address, port } = JSON.parse(process.argv[2]!)
createServer((req, res) => void sendFile(file, req, res)).listen(port, address, () => console.log('{"ready":true}'))
