// examples/drop-ins/keyv.ts
// Keyv over a cache of ours, and the same without Keyv.
import Keyv from 'keyv'
import { createCaches } from 'breakwater'
import { keyvStore } from 'breakwater/keyv'

const caches = createCaches()
const users = new Keyv({ store: keyvStore(caches.default), namespace: 'users' })

await users.set('7', { name: 'Ada' }, 60_000)
console.log('Keyv:', await users.get('7'))
await users.clear() // one step, however many there are
console.log('after clear:', await users.get('7'))

const cache = caches.default.namespace('people')
const user = cache.define({
  key: (id: number) => ['user', id],
  load: async (id) => await Promise.resolve({ id, name: 'Ada' }),
  ttl: '1m',
})
console.log('natively:', await user.get(7))
await user.invalidate(7)

await caches.close()
