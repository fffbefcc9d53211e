import { type Caches, createCaches, memory } from '../../src/index.ts'
import type { CacheEvents } from '../../src/base/events.ts'
import { FakeClock } from '../http/fake-clock.ts'

/** Two aliases in memory, a clock that stands still, and what was refused. */
export function openCaches(): {
  caches: Caches<'default' | 'pages'>
  clock: FakeClock
  refused: CacheEvents['refuse'][]
} {
  const clock = new FakeClock()
  const caches = createCaches({
    default: { store: memory(), ttl: '15m', clock },
    pages: { store: memory(), ttl: '15m', clock },
  })
  const refused: CacheEvents['refuse'][] = []
  caches.default.on('refuse', (event) => refused.push(event))
  return { caches, clock, refused }
}
