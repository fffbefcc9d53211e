// A script that awaits at its top level: nothing else keeps its process alive. `write` writes and reads; `load` loads until
// its standard input ends; `wait` asks for what another process is loading, and says so when it waits.
import { once } from 'node:events'
import { createCaches } from 'breakwater'

const caches = createCaches()
const cache = caches.default

switch (process.argv[2]) {
  case 'write':
    await cache.set('a', 'written')
    console.log(await cache.get('a'))
    break
  case 'load':
    console.log(
      await cache.getOrSet('b', async () => {
        console.log('loading')
        process.stdin.resume()
        await once(process.stdin, 'end')
        return 'loaded'
      }),
    )
    break
  default: {
    const looking = setInterval(() => {
      if (cache.measures().counts.waits > 0) console.log('waiting')
    }, 20).unref()
    const value = await cache.getOrSet('b', () => 'loaded a second time')
    clearInterval(looking)
    console.log(value)
  }
}
await caches.close()
