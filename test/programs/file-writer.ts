// Writes to a file store. `count`: adds to one number, from several loops at once, and ends. `write`: goes on until it is
// killed, and says after each act what has been confirmed.
import { writeSync } from 'node:fs'
import { createCaches } from 'breakwater'
import { file } from 'breakwater/file'

const [how = '', folder = '', name = '', times = '0'] = process.argv.slice(2)
const cache = createCaches({
  default: {
    store: file(folder, { timeout: '60s' }),
    prefix: 'crash',
    ttl: '1h',
    onOutage: 'throw',
  },
}).default

const LOOPS = 8

if (how === 'count') {
  const loops = Array.from({ length: LOOPS }, async () => {
    for (let time = 0; time < Number(times); time++) await cache.incr('total', 1, { initial: 0 })
  })
  await Promise.all(loops)
  await cache.close()
} else {
  for (let round = Number(times) + 1; ; round++) {
    await cache.incr(name)
    say('c', round)
    await cache.incr('shared', 1, { initial: 0 })
    say('s', round)
    // Over a block of the disk, so that it can be torn.
    await cache.set(['text', name], { round, text: String(round % 10).repeat(9000) })
    say('t', round)
    await cache.set(['tagged', name], round, { tags: [name] })
    say('f', round)
    await cache.invalidateTags([name])
    say('i', round)
  }
}

/** At once and for good: what was said before the process was killed is read. A full pipe is waited for. */
function say(act: string, round: number): void {
  for (;;) {
    try {
      writeSync(1, `${act}${round}\n`)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}
