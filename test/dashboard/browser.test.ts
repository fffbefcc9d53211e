// The pages in a real browser: what they look like, what they do, what they let nobody do.
import { env } from 'node:process'
import axe from 'axe-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser } from './browser.ts'
import { picture } from './picture.ts'
import { madeUpFleet, openStage, playLaunch, type Stage, START } from './stage.ts'
import { FINDINGS, HOSTILE, REQUESTS } from './told.ts'

const PAGES = {
  overview: '',
  families: 'families',
  keys: 'keys?alias=default&pattern=product:*',
  key: 'key?alias=default&key=product:7',
  tags: 'tags',
  pages: 'pages?url=https://shop.example/cart',
  loads: 'loads',
  fleet: 'fleet',
  requests: 'requests',
  advice: 'advice',
  audit: 'audit',
  settings: 'settings',
  confirm: 'confirm?act=clear&alias=default',
  nothing: 'key?alias=default&key=nothing',
  failing: 'keys?alias=default&pattern=[',
} as const

const TOLD = {
  fleet: madeUpFleet({ now: () => START }),
  requests: () => REQUESTS,
  advice: { findings: () => Promise.resolve(FINDINGS) },
}

let stage: Stage
let browser: Browser
const troubles: string[] = []

beforeAll(async () => {
  browser = await openBrowser()
  stage = await openStage(TOLD)
  await playLaunch(stage)
})

afterAll(async () => {
  await browser.close()
  await stage.close()
})

/** A page that tells of every error, every violated policy and every request that goes elsewhere. */
async function open(
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Page & AsyncDisposable> {
  const context: BrowserContext = await browser.newContext({ reducedMotion: 'reduce', ...options })
  const page = await context.newPage()
  page.on('pageerror', ({ message }) => troubles.push(message))
  page.on('console', (message) => {
    // What a page of a bad request is answered with is seen by the test itself.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      troubles.push(message.text())
  })
  page.on('request', (request) => {
    if (!request.url().startsWith(stage.url)) troubles.push(`asked for ${request.url()}`)
  })
  page.on('dialog', (dialog) => troubles.push(`a dialog: ${dialog.message()}`))
  return Object.assign(page, { [Symbol.asyncDispose]: () => context.close() })
}

describe('every page', () => {
  it('has no violation that axe finds, no error, and nothing from elsewhere, light and dark', async () => {
    await using page = await open({ bypassCSP: true })
    const found: string[] = []

    for (const [name, path] of Object.entries(PAGES)) {
      await page.goto(stage.url + path)
      await page.evaluate(axe.source)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const violations = await page.evaluate<string[]>(
          "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.html + ' ' + node.failureSummary).slice(0, 2).join(' | ')))",
        )
        found.push(...violations.map((violation) => `${name}, ${colorScheme}: ${violation}`))
      }
    }

    expect(found).toEqual([])
    expect(troubles).toEqual([])
  }, 60_000)

  it('fits, from 360 to 1600 pixels: nothing but tables of their own scrolls to the side', async () => {
    await using page = await open()
    const wide: string[] = []

    for (const [name, path] of Object.entries(PAGES)) {
      await page.goto(stage.url + path)
      for (const width of [360, 768, 1280, 1600]) {
        await page.setViewportSize({ width, height: 800 })
        const over = await page.evaluate<number>(
          'document.documentElement.scrollWidth - innerWidth',
        )
        if (over > 0) wide.push(`${name}, ${width} wide, by ${over}`)
      }
    }

    expect(wide).toEqual([])
    expect(troubles).toEqual([])
  })
})

describe('without JavaScript', () => {
  it('every page shows the same, and an act is asked for and done', async () => {
    await using page = await open({ javaScriptEnabled: false })
    await stage.caches.default.set('old', 1)

    await page.goto(stage.url)
    const charts = await page.locator('.chart svg path.line').count()
    await page.goto(`${stage.url}key?alias=default&key=old`)
    await page.getByRole('link', { name: 'Delete…' }).click()
    await page.getByRole('button', { name: 'Delete' }).click()

    expect(charts).toBeGreaterThan(6)
    expect(await page.locator('main > [role=status]').textContent()).toContain(
      'The key was deleted.',
    )
    expect(await stage.caches.default.has('old')).toBe(false)
  })
})

describe('live', () => {
  it('keeps numbers and charts up to date, and leaves focus and what is typed where they are', async () => {
    await using page = await open()
    await page.goto(`${stage.url}families`)
    const filter = page.getByLabel('Filter')
    await filter.fill('product')
    const reads = page.locator('tbody tr').first().locator('td').nth(1)
    const before = await reads.textContent()
    await expect
      .poll(
        async () => await page.getByRole('button', { name: 'Live' }).getAttribute('aria-pressed'),
      )
      .toBe('true')

    stage.pass(2)

    await expect.poll(async () => await reads.textContent()).not.toBe(before)
    expect(await filter.inputValue()).toBe('product')
    expect(await page.evaluate("document.activeElement.hasAttribute('data-filter')")).toBe(true)
    expect(await page.locator('tbody tr:visible').count()).toBe(3)
    expect(troubles).toEqual([])
  })

  it('can be paused, and is over when the page is left', async () => {
    await using page = await open()
    await page.goto(stage.url)
    await expect.poll(async () => await looking(page)).toBe('1')

    await page.getByRole('button', { name: 'Live' }).click()
    await expect.poll(async () => await looking(page)).toBe('0')

    expect(await page.getByRole('button', { name: 'Paused' }).getAttribute('aria-pressed')).toBe(
      'false',
    )
  })

  it('shows the numbers under the pointer', async () => {
    await using page = await open({ viewport: { width: 1280, height: 900 } })
    await page.goto(stage.url)

    await page.locator('.plot').first().hover()

    expect(await page.locator('.tip').textContent()).toMatch(/hit rate \d+/)
  })
})

/** Asked past the page, which stays what it is. */
async function looking(page: Page): Promise<string | undefined> {
  const text = await (await page.request.get(`${stage.url}settings`)).text()
  return /Looking now<\/dt>\s*<dd>(\d+)/.exec(text)?.[1]
}

/** Goes on with the tabulator until something has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let steps = 0; steps < 80; steps++) {
    const now = await page.evaluate<string>(
      "(document.activeElement.textContent || '').trim() + '|' + (document.activeElement.name || '')",
    )
    if (name.test(now)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`The keyboard does not come to ${name}.`)
}

describe('with the keyboard alone', () => {
  it('skips to the content', async () => {
    await using page = await open()
    await page.goto(stage.url)

    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')

    expect(await page.evaluate('document.activeElement.id')).toBe('main')
  })

  it.for([
    ['Delete…', 'Delete', 'The key was deleted.'],
    ['Invalidate…', 'Invalidate', 'The key was invalidated.'],
    ['Extend…', 'Extend', 'The key is now fresh for 15 min.'],
  ] as const)(
    '%s a key: is asked in a dialog, says yes, hears what came of it',
    async ([link, button, said]) => {
      await using page = await open()
      await stage.caches.default.set('kept', 1)
      await page.goto(`${stage.url}key?alias=default&key=kept`)

      await tabTo(page, new RegExp(`^${link}`))
      await page.keyboard.press('Enter')
      await page.locator('dialog[open]').waitFor()
      await tabTo(page, new RegExp(`^${button}\\|`))
      await page.keyboard.press('Enter')
      await page.waitForURL(/done=/)

      expect(await page.locator('main > [role=status]').textContent()).toContain(said)
      await expect.poll(async () => await page.locator('#told').textContent()).toContain(said)
      expect(await page.evaluate('document.activeElement.id')).toBe('main')
      expect(troubles).toEqual([])
    },
  )

  it('is let go by Escape, back where it was, and nothing is done', async () => {
    await using page = await open()
    await stage.caches.default.set('kept', 1)
    await page.goto(`${stage.url}key?alias=default&key=kept`)

    await tabTo(page, /^Delete…/)
    await page.keyboard.press('Enter')
    await page.locator('dialog[open]').waitFor()
    await page.keyboard.press('Escape')

    expect(await page.evaluate('document.activeElement.textContent')).toBe('Delete…')
    expect(await stage.caches.default.has('kept')).toBe(true)
  })

  it.for([
    ['tags', 'product:7', 'Invalidate…', 'Invalidate', '1 tag was invalidated.'],
    ['url', 'https://shop.example/product/7', 'Purge address…', 'Purge', 'The pages were purged.'],
    ['route', '/product/:id', 'Purge route…', 'Purge', 'The pages were purged.'],
  ] as const)('%s are typed, asked about, and done', async ([name, value, ask, button, said]) => {
    await using page = await open()
    await page.goto(`${stage.url}tags`)

    await tabTo(page, new RegExp(`\\|${name}$`))
    await page.keyboard.type(value)
    await tabTo(page, new RegExp(`^${ask}`))
    await page.keyboard.press('Enter')
    await page.locator('dialog[open]').waitFor()
    await tabTo(page, new RegExp(`^${button}\\|`))
    await page.keyboard.press('Enter')
    await page.waitForURL(/done=/)

    expect(await page.locator('main > [role=status]').textContent()).toContain(said)
  })

  it('a namespace and a whole cache are cleared when their name was typed, and not by another', async () => {
    await using page = await open()
    await stage.caches.pages.set('gone', 1)
    await page.goto(`${stage.url}confirm?act=clear&alias=pages`)

    await tabTo(page, /\|typed$/)
    await page.keyboard.type('default')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    const kept = await stage.caches.pages.has('gone')
    await page.locator('[name=typed]').fill('pages')
    await page.keyboard.press('Enter')
    await page.waitForURL(/done=/)

    expect(kept).toBe(true)
    expect(await stage.caches.pages.has('gone')).toBe(false)
  })

  it('keys are looked for, and all that match are deleted', async () => {
    await using page = await open()
    for (let id = 0; id < 120; id++) await stage.caches.default.set(['old', id], id)
    await page.goto(`${stage.url}keys`)

    await tabTo(page, /\|pattern$/)
    await page.keyboard.type('old:*')
    await page.keyboard.press('Enter')
    await page.getByText('The first 100 keys').waitFor()
    await tabTo(page, /^Delete all that match…/)
    await page.keyboard.press('Enter')
    await page.locator('dialog[open]').waitFor()
    const asked = await page.locator('dialog').textContent()
    await tabTo(page, /^Delete them\|/)
    await page.keyboard.press('Enter')
    await page.waitForURL(/done=/)

    expect(asked).toContain('120 keys match')
    expect(await page.locator('main > [role=status]').textContent()).toContain(
      '120 keys were deleted.',
    )
  })
})

describe('keys and values of strangers', () => {
  it.for(HOSTILE)('%s does no harm', async ([, key, value, tag]) => {
    await using page = await open({ viewport: { width: 360, height: 700 } })
    await stage.caches.default.set(key, value, { tags: [tag] })
    await stage.caches.default.get(key)

    await page.goto(
      `${stage.url}key?${new URLSearchParams({ alias: 'default', key, show: 'more' }).toString()}`,
    )
    const [images, over, length] = await page.evaluate<[number, number, number]>(
      "[document.querySelectorAll('main :is(img, script, svg, iframe, b, style, object)').length, document.documentElement.scrollWidth - innerWidth, document.documentElement.outerHTML.length]",
    )
    const ran = await page.evaluate('globalThis.ran')
    await page.getByRole('link', { name: 'Delete…' }).click()
    await page.locator('dialog[open]').waitFor()
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.waitForURL(/done=/)

    expect([images, ran]).toEqual([0, undefined])
    expect(over).toBeLessThanOrEqual(0)
    expect(length).toBeLessThan(1_700_000)
    expect(await stage.caches.default.has(key)).toBe(false)
    expect(troubles).toEqual([])
  })

  it('turns no direction and shows what has no shape', async () => {
    await using page = await open()
    await stage.caches.default.set('a\u202eb', 'x\u202ey\u0000z')

    await page.goto(
      `${stage.url}key?${new URLSearchParams({ alias: 'default', key: 'a\u202eb' }).toString()}`,
    )

    expect(await page.locator('h1').textContent()).toContain('a⟨U+202E⟩b')
    expect(await page.locator('pre').textContent()).toBe('x⟨U+202E⟩y␀z')
  })
})

describe('a page of another origin', () => {
  it('can neither act nor read', async () => {
    await using page = await open()
    await stage.caches.default.set('kept', 1)
    const question = await (
      await page.request.get(`${stage.url}confirm?act=delete&alias=default&key=kept`)
    ).text()
    const [, token = ''] = /name="token"\s+value="([^"]+)"/.exec(question) ?? []
    const target = JSON.stringify(`${stage.url}act`)
    // Another port is another origin of the same site: the nearest that a stranger can come.
    const stranger = stage.url.replace('localhost', '127.0.0.1')
    await page.route('**/evil', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<p>evil' }),
    )
    troubles.length = 0
    await page.goto(`${stranger}evil`)

    const answered = page.waitForResponse((response) => response.request().method() === 'POST')
    await page.evaluate(
      `{ const form = document.createElement('form'); form.method = 'post'; form.action = ${target};
        for (const [name, value] of [['asked', 'act=delete&alias=default&key=kept'], ['token', ${JSON.stringify(token)}]]) {
          const input = document.createElement('input'); input.name = name; input.value = value; form.append(input) }
        document.body.append(form); form.submit() }`,
    )
    const status = (await answered).status()
    troubles.length = 0

    expect(status).toBe(403)
    expect(await stage.caches.default.has('kept')).toBe(true)
  })
})

describe('pictures of the documentation', () => {
  const PICTURES = [
    ['overview', 'light', 1280],
    ['overview', 'dark', 1280],
    ['families', 'light', 1280],
    ['key', 'light', 1280],
    ['pages', 'dark', 1280],
    ['fleet', 'light', 1280],
    ['overview', 'light', 360],
  ] as const

  let shown: Stage

  beforeAll(async () => {
    shown = await openStage(TOLD)
    await playLaunch(shown)
  })

  afterAll(async () => {
    await shown.close()
  })

  it.for(PICTURES)('%s, %s, %i', async ([name, colorScheme, width]) => {
    const height = width === 360 ? 780 : 900
    const context = await browser.newContext({
      colorScheme,
      viewport: { width, height },
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()

    await page.goto(shown.url + PAGES[name])
    const image = await page.screenshot({ animations: 'disabled' })
    await context.close()

    const kept = await picture(
      `dashboard-${name}${colorScheme === 'dark' ? '-dark' : ''}${width === 360 ? '-narrow' : ''}.png`,
      image,
      env['UPDATE_SCREENSHOTS'] === '1',
    )
    expect(kept.bytes).toBeLessThan(150_000)
    expect([kept.width, kept.height]).toEqual([width, height])
  })
})
