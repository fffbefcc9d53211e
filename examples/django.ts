// examples/django.ts
import { createClient } from '@redis/client'
import { djangoCache, signDjango, unsignDjango } from 'breakwater/django'

const client = createClient({ url: process.env['REDIS_URL'] ?? '' })
await client.connect()

// As CACHES of Django says it, so that both find each other's values.
const cache = djangoCache({ client, keyPrefix: 'shop', version: 1, serializer: 'pickle' })
await cache.set('greeting', { text: 'hello' }, { ttl: '5m' }) // Django: cache.get('greeting')
console.log(await cache.get('greeting'))
console.log(await client.keys('shop:*'))
console.log(await cache.incr('visits', 1, { initial: 0 })) // and Django's cache.incr('visits')

// What Django has signed: signing.dumps('anna', salt='invite').
const secretKey = 'django-insecure-example'
const signed = signDjango('anna', { secretKey, salt: 'invite' })
console.log(unsignDjango(signed, { secretKey, salt: 'invite', maxAge: '1h' }))

await cache.deleteMany(['greeting', 'visits'])
await client.close()
