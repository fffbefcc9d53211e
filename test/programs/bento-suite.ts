// BentoCache's tests of a driver, as they are published, in the runner that they are written for. What ends well is told line
// by line; a failure ends the process with another code than 0.
import { configure, run } from '@japa/runner'
import { assert } from '@japa/assert'

configure({
  files: [new URL('bento-tests.js', import.meta.url).pathname],
  plugins: [assert()],
  reporters: {
    activated: ['told'],
    list: [
      {
        name: 'told',
        handler: (_, emitter) => {
          emitter.on('test:end', ({ hasError, title, errors }) => {
            process.stdout.write(`${hasError ? 'failed' : 'passed'}: ${title.expanded}\n`)
            for (const { error } of errors) process.stdout.write(`${String(error)}\n`)
          })
        },
      },
    ],
  },
})
await run()
