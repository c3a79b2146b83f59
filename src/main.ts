#!/usr/bin/env node
import { main } from './app/main.ts'

// Not `exitCode`: a door that was opened before another failed must not keep the process alive.
process.exit(await main(process.argv.slice(2)))
