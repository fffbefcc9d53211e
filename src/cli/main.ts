#!/usr/bin/env node
import { argv, env, stderr, stdin, stdout } from 'node:process'
import { run } from './run.ts'

// Whoever reads no more of what is written, as `head` does, has had enough: that is no failure.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const code = await run(argv.slice(2), { stdin, stdout, stderr }, env)
// What the configuration has opened, such as a database, must not keep the command running; what was written must be out.
stdout.write('', () => stderr.write('', () => process.exit(code)))
