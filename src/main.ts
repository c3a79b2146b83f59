#!/usr/bin/env node
import { main } from './app/main.ts'

const code = await main(process.argv.slice(2))
// Not `exitCode`: a door that was opened before another failed must not keep the process alive. Not before a pipe has taken all
// that was printed, nor later than its reader went away.
process.stdout.once('error', () => process.exit(code))
process.stdout.write('', () => process.exit(code))
