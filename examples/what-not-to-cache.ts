// examples/what-not-to-cache.ts
import { createCaches, isCacheError } from 'breakwater'
import { createFragments, perRequest } from 'breakwater/fragments'
import { redis } from 'breakwater/redis'

const caches = createCaches({ default: { maxValueBytes: '1kb' } })
const cache = caches.default
const said = (error: unknown): string => (isCacheError(error) ? error.code : String(error))

// Too large: its readers get it, and it is not kept.
cache.on('refuse', ({ reason }) => console.log(`refused: ${reason}`))
const report = await cache.getOrSet('report', () => 'x'.repeat(5_000))
console.log(`${report.length} letters for the caller, kept: ${await cache.has('report')}`)

// Secrets: not without encryption, in a store outside of this process.
try {
  createCaches({ patients: { store: redis('redis://127.0.0.1:1'), sensitive: true } })
} catch (error) {
  console.log(`sensitive: ${said(error)}`)
}

// One visitor's own, in what all visitors are shown.
const { fragment } = createFragments(caches)
const token = perRequest('7c1f', 'csrf token')
console.log(await fragment('login', [], () => `<input value="${token}">`).catch(said))

await caches.close()
