import { join } from 'node:path'
import { env } from 'node:process'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCaches } from '../../../src/config/create-caches.ts'
import { requestPanel } from '../../../src/metrics/panel/index.ts'
import { openBrowser } from '../../dashboard/browser.ts'
import { type Running, serving } from './frameworks.ts'
import { shopPage, warm } from './shop-page.ts'

const POLICY = "default-src 'none'; style-src 'nonce-r4nd0m'"

const SUMMARY = `document.querySelector('breakwater-panel').shadowRoot.querySelector('summary')`

describe('the panel in a browser', () => {
  const panel = requestPanel()
  const caches = createCaches({ default: {}, sessions: {} })
  let browser: Browser
  let site: Running
  let strict = false

  beforeAll(async () => {
    browser = await openBrowser()
    await warm(caches.default, caches.sessions)
    site = await serving((_, response) => {
      void shopPage(caches.default, caches.sessions).then((html) => {
        if (strict) response.setHeader('Content-Security-Policy', POLICY)
        response.setHeader('Content-Type', 'text/html; charset=utf-8')
        response.end(strict ? html.replace('<style>', '<style nonce="r4nd0m">') : html)
      })
    })
  })
  afterAll(async () => {
    await browser.close()
    await site.close()
    await caches.close()
    panel.close()
  })

  async function open(colorScheme: 'light' | 'dark', bypassCSP = false): Promise<Page> {
    const context = await browser.newContext({
      colorScheme,
      bypassCSP,
      viewport: { width: 1100, height: 820 },
      deviceScaleFactor: 1.5,
    })
    const page = await context.newPage()
    await caches.default.clear()
    await warm(caches.default, caches.sessions)
    await page.goto(site.url)
    return page
  }

  it('opens and closes by keyboard, and is not drawn by the styles of the page', async () => {
    const page = await open('light')
    const sheet = page.locator('breakwater-panel .sheet')
    expect(await sheet.isVisible()).toBe(false)

    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')

    expect(await sheet.isVisible()).toBe(true)
    expect(await sheet.innerText()).toContain('One by one, 5 times: product:* of default')
    expect(await sheet.innerText()).toContain('test/metrics/panel/shop-page.ts')
    const size = await page.evaluate<string>(`getComputedStyle(${SUMMARY}).fontSize`)
    expect(size).toBe('13px')
    await page.keyboard.press('Enter')
    expect(await sheet.isVisible()).toBe(false)
    await page.context().close()
  })

  it('breaks no strict policy of the page', async () => {
    strict = true
    const context = await browser.newContext()
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))

    await page.goto(site.url)
    await page.locator('breakwater-panel summary').click()
    strict = false

    expect(await page.locator('breakwater-panel .sheet').isVisible()).toBe(true)
    expect(complaints.filter((text) => /Content.Security.Policy/i.test(text))).toEqual([])
    const padding = await page.evaluate<string>(`getComputedStyle(${SUMMARY}).paddingLeft`)
    expect(padding).toBe('13px')
    await context.close()
  })

  it.for(['light', 'dark'] as const)('can be read by everybody, in %s', async (scheme) => {
    const page = await open(scheme, true)
    await page.locator('breakwater-panel summary').click()
    await page.addScriptTag({ content: axe.source })

    const found = await page.evaluate<string[]>(`(async () => {
      const { violations } = await axe.run({ include: [['breakwater-panel']] })
      return violations.map(({ id, nodes }) => id + ': ' + JSON.stringify(nodes))
    })()`)

    // `PICTURES=1 npx vitest run test/metrics/panel` draws the one of the documentation anew.
    if (env['PICTURES'] === '1' && scheme === 'light')
      await page.screenshot({ path: join(import.meta.dirname, '../../../docs/images/panel.png') })
    expect(found).toEqual([])
    await page.context().close()
  })
})
