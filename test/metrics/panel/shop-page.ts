import { setTimeout as wait } from 'node:timers/promises'
import type { Cache } from '../../../src/cache/cache.ts'

const NAMES = ['Anglepoise', 'Tiffany', 'Paper lantern', 'Storm lamp', 'Desk lamp']

/** A page of a shop with all that a panel can show: hits, loads within loads, a loop, and a key asked for twice. */
export async function shopPage(cache: Cache, sessions: Cache): Promise<string> {
  const user = (await sessions.get(['session', 'q7Xr2'])) as { name: string }
  const settings = await cache.getOrSet('settings', async () => await wait(4, { currency: 'EUR' }))
  await cache.getOrSet(['category', 'lamps', 'page', 2], async () => {
    await wait(9)
    return await cache.getOrSet(['category', 'lamps'], async () => await wait(12, 'Lamps'))
  })
  const names = []
  for (let id = 1; id <= 5; id++) names.push(await cache.get(['product', id]))
  await cache.get('settings')
  await cache.getMany(['banner', 'footer', ['menu', 'main']])
  await cache.getOrSet(['stock', 7], async () => await wait(3, 12))
  await cache.incr(['visits', 'lamps'], 1, { initial: 0 })
  const rows = names.map((name) => `<li><b>${String(name)}</b><span>from 39 EUR</span></li>`)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lamps</title><style>
body { font: 16px/1.6 system-ui; margin: 0; background: #faf8f4; color: #222 } main { max-width: 1060px; margin: 0 auto; padding: 28px }
ul { list-style: none; padding: 0 } li { display: flex; justify-content: space-between; border-top: 1px solid #ddd; padding: 10px 0 }
details, summary, table, code { color: red !important; font-size: 40px !important }
@media (prefers-color-scheme: dark) { body { background: #12151a; color: #ddd } li { border-color: #333 } }
</style></head><body><main><h1>Lamps</h1><p>Hello ${user.name}. Prices in ${settings.currency}.</p><ul>${rows.join('')}</ul></main></body></html>`
}

/** What has been cached before the page is asked for. */
export async function warm(cache: Cache, sessions: Cache): Promise<void> {
  await sessions.set(['session', 'q7Xr2'], { name: 'Ann' })
  for (const [index, name] of NAMES.entries())
    await cache.getOrSet(['product', index + 1], async () => await wait(7, name))
  await cache.set('banner', 'Sale')
  await cache.set(['menu', 'main'], ['Lamps'])
}
