import { it } from 'vitest'
import { openBrowser } from './browser.ts'
import { openStage, playLaunch, madeUpFleet, START } from './stage.ts'
import { fakeClock } from '../../src/testing/index.ts'

it('looks', async () => {
  const fleet = madeUpFleet(fakeClock(START))
  const stage = await openStage({ fleet, 
    requests: () => [{ at: START - 1000, method: 'GET', path: '/product/7', status: 200, durationMs: 3.2, hits: 6, misses: 0, loads: 0, page: 'hit' }],
    advise: () => [{ code: 'low-hit-rate', severity: 'warning', alias: 'default', family: 'cart:*', title: 'A family that is hardly read again', evidence: 'Of 32,410 reads of cart:* 41 % were hits.', remedy: 'Do not cache it.', link: 'https://example.com/x' }] })
  await playLaunch(stage)
  const browser = await openBrowser()
  const wanted = (process.env['SHOTS'] ?? '').split(',')
  const pages: Record<string, string> = { overview: '', families: 'families', keys: 'keys?alias=default&pattern=product:*', key: 'key?alias=default&key=product:7', tags: 'tags', pages: 'pages?url=https://shop.example/cart', loads: 'loads', fleet: 'fleet', requests: 'requests', advice: 'advice', audit: 'audit', settings: 'settings', confirm: 'confirm?act=clear&alias=default', all: '?of=fleet' }
  for (const spec of wanted) {
    const [name, scheme = 'light', width = '1280'] = spec.split(':') as [string, string?, string?]
    const context = await browser.newContext({ colorScheme: scheme as 'light', viewport: { width: Number(width), height: 860 } })
    const page = await context.newPage()
    page.on('console', (m) => console.log(name, m.text()))
    page.on('pageerror', (m) => console.log(name, m.message))
    await page.goto(stage.url + (pages[name] ?? name), { waitUntil: 'load' })
    await page.screenshot({ path: `/tmp/dash/${name}-${scheme}-${width}.png`, fullPage: true })
    const over = await page.evaluate(() => (globalThis as any).document.documentElement.scrollWidth - (globalThis as any).innerWidth)
    if (over > 0) console.log(name, width, 'overflows', over)
    await context.close()
  }
  await browser.close()
  await stage.close()
})
