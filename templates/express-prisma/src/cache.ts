import { createCaches, memory } from 'breakwater'

// One alias for each kind of thing that is kept; they may share a store.
const store = process.env.REDIS_URL || memory({ maxBytes: '64mb' })

export const caches = createCaches({
  default: { store, prefix: 'shop', ttl: '1h' },
  pages: { store, prefix: 'pages', ttl: '15m' },
})
