// Requirement: fragments in JSX, of Hono and of React: their children are rendered on a miss only.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { perRequest, tag } from '../../../src/fragments/index.ts'
import { pageCache } from '../../../src/http/index.ts'
import { openCaches } from '../open-caches.ts'
import { type JsxSite, openHono, openReact } from './jsx-sites.ts'

describe.each([
  ['Hono JSX', openHono],
  ['React', openReact],
])('a fragment in %s', (_name, open) => {
  let opened: ReturnType<typeof openCaches>
  let renders: number

  beforeEach(() => {
    opened = openCaches()
    renders = 0
  })

  afterEach(async () => {
    await opened.caches.close()
  })

  /** A page with one fragment, whose children show a text. */
  function page(
    site: JsxSite,
    text: unknown,
    props: object = {},
    ...more: readonly unknown[]
  ): Promise<string> {
    const Child = (): unknown => {
      renders++
      tag('child')
      return site.element('b', null, text, ...more)
    }
    const cached = site.element(site.Cached, { name: 'side', ...props }, site.element(Child, null))
    return site.show(site.element('main', null, cached))
  }

  function markup({ around: [before, after] }: JsxSite, text: string): string {
    return `<main>${before}<b>${text}</b>${after}</main>`
  }

  it('renders its children once, escaped once', async () => {
    const site = open({ caches: opened.caches })

    const shown = [await page(site, '<i>&'), await page(site, 'other')]

    expect(shown).toEqual([markup(site, '&lt;i&gt;&amp;'), markup(site, '&lt;i&gt;&amp;')])
    expect(renders).toBe(1)
  })

  it('is told apart by what it varies on, and by a version', async () => {
    const site = open({ caches: opened.caches, version: 'a' })
    const next = open({ caches: opened.caches, version: 'b' })

    const shown = [
      await page(site, 'one', { vary: [1] }),
      await page(site, 'two', { vary: [2] }),
      await page(next, 'three', { vary: [1] }),
      await page(site, 'four', { vary: [1] }),
    ]

    expect(shown).toEqual(['one', 'two', 'three', 'one'].map((text) => markup(site, text)))
  })

  it('is rendered anew when a component that can be seen in it has changed, although the version is the same', async () => {
    const site = open({ caches: opened.caches, version: 'a' })
    const show = async (component: unknown, ...more: unknown[]): Promise<string> => {
      const inner = site.element('p', { title: 'x' }, site.element(component, null), ...more)
      return await site.show(site.element(site.Cached, { name: 'side' }, inner))
    }
    const price = (): unknown => site.element('b', null, 'Euro')
    const same = ((): unknown => price) as () => () => unknown
    const other = (): unknown => site.element('b', null, 'EUR')

    const shown = [await show(price), await show(other), await show(same()), await show(price)]
    const nested = await show(price, site.element('i', { lang: 'de' }, 'added'))

    expect(shown.map((text) => /Euro?|EUR/i.exec(text)?.[0])).toEqual([
      'Euro',
      'EUR',
      'Euro',
      'Euro',
    ])
    expect(nested).toContain('added')
  })

  /** A fragment whose component shows `inner`, in a process that is started now. */
  function starts(): (inner: unknown, vary?: unknown) => Promise<string> {
    const site = open({ caches: opened.caches, version: 'a' })
    return async (inner, vary = 1) => {
      // As a module has it: the source says no more than that something stands there.
      const Outer = (): unknown => site.element('p', null, site.element(inner, null), vary)
      const cached = site.element(
        site.Cached,
        { name: 'side', vary: [vary] },
        site.element(Outer, null),
      )
      return await site.show(cached)
    }
  }

  it('is shown by a process that has rendered one of its kind once, unless a component within has changed', async () => {
    const site = open({ caches: opened.caches })
    let count = 0
    const price = (): unknown => site.element('b', null, `${++count} Euro`)
    const other = (): unknown => site.element('b', null, `${++count} EUR`)
    const first = starts()
    await first(price, 1)
    await first(price, 2)
    const second = starts()
    const third = starts()

    const same = [await second(price, 1), await second(price, 2), await second(price, 1)]
    const changed = [await third(other, 1), await third(other, 2), await third(other, 2)]
    const before = await first(price, 2)

    const numbers = (texts: readonly string[]): (string | undefined)[] =>
      texts.map((text) => /\d+ (?:Euro|EUR)/.exec(text)?.[0])
    expect(numbers(same)).toEqual(['3 Euro', '2 Euro', '1 Euro'])
    expect(numbers(changed)).toEqual(['4 EUR', '5 EUR', '5 EUR'])
    expect(numbers([before])).toEqual(['6 Euro'])
  })

  it('is rendered once to learn by what it is made here, for all who ask at the same time', async () => {
    const site = open({ caches: opened.caches })
    let count = 0
    const price = (): unknown => site.element('b', null, `${++count} Euro`)
    await starts()(price)
    const second = starts()

    const shown = await Promise.all(Array.from({ length: 20 }, () => second(price)))

    expect(count).toBe(2)
    expect(new Set(shown).size).toBeLessThanOrEqual(2)
  })

  it('leaves to a component what it was given: the types of its children are what they were', async () => {
    const site = open({ caches: opened.caches })
    const Tab = (): unknown => 'tab'
    const Tabs = ({ children }: { children: { type: unknown } }): unknown =>
      site.element('b', null, children.type === Tab ? children : 'something else')
    const tabs = site.element(Tabs, null, site.element(Tab, null))

    expect(await site.show(site.element(site.Cached, { name: 'tabs' }, tabs))).toContain(
      '<b>tab</b>',
    )
  })

  it('is not mixed up with another: holes of one name whose components differ never stand in for each other', async () => {
    let views = 0
    const ask = async (Greeting: unknown): Promise<string> => {
      const site = open({ caches: opened.caches, holes: { greet: Greeting as () => unknown } })
      const holes = site.fragments.inPages()
      const pages = pageCache(opened.caches.pages, '60s', { clock: opened.clock, holes })
      const answer = await pages(new Request('http://a/'), async () => {
        views++
        const text = await site.show(
          site.element('main', null, site.element(site.Hole, { name: 'greet' })),
        )
        return new Response(text, { headers: { 'Content-Type': 'text/html' } })
      })
      return (await answer.text()).replaceAll(/<\/?(?:span|main)>/g, '')
    }
    const hello = (): unknown => 'Hello'
    const bye = (): unknown => 'Bye'

    const shown = [await ask(hello), await ask(hello), await ask(bye), await ask(bye)]
    const made = views
    const bound = [await ask(hello.bind(null)), await ask(bye.bind(null))]

    expect(shown).toEqual(['Hello', 'Hello', 'Bye', 'Bye'])
    // The one that finds the page of the other drops it.
    expect(made).toBe(3)
    // Nobody could tell these apart: their pages are not kept.
    expect(bound).toEqual(['Hello', 'Bye'])
    expect(views).toBe(5)
  })

  it('does not look into what is one visitor’s own', async () => {
    const site = open({ caches: opened.caches, version: 'a', onPersonal: 'throw' })
    const user = perRequest({ name: 'A' }, 'user')
    const Hello = (props: { user: { name: string } }): unknown =>
      site.element('b', null, props.user.name)
    const cached = site.element(
      site.Cached,
      { name: 'hello', vary: [1], varyOn: ['user'] },
      site.element(Hello, { user }),
    )

    expect(await site.show(cached)).toContain('<b>A</b>')
  })

  it('is each process’s own without a version, so that no deploy shows what an older build has rendered', async () => {
    const site = open({ caches: opened.caches })
    await page(site, 'old')
    vi.resetModules()
    const jsx = await import('../../../src/fragments/adapters/jsx/index.ts')
    const next = open({ caches: opened.caches }, jsx)

    const shown = [await page(next, 'new'), await page(next, 'other'), await page(site, 'older')]

    expect(shown).toEqual(['new', 'new', 'old'].map((text) => markup(site, text)))
  })

  it('says once in production that it has no version', async () => {
    vi.resetModules()
    vi.stubEnv('NODE_ENV', 'production')
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const jsx = await import('../../../src/fragments/adapters/jsx/index.ts')
    await page(open({ caches: opened.caches, version: 'a' }, jsx), 'a')
    const versioned = emit.mock.calls.length
    const site = open({ caches: opened.caches }, jsx)
    await page(site, 'one')
    await page(site, 'two')
    const said = emit.mock.calls.map(([warning]) => String(warning))
    emit.mockRestore()
    vi.unstubAllEnvs()

    expect(versioned).toBe(0)
    expect(said).toEqual([expect.stringContaining("option 'version'")])
  })

  it('is dropped by a tag that one of its children gave', async () => {
    const site = open({ caches: opened.caches })
    await page(site, 'old')

    await opened.caches.default.invalidateTags(['child'])

    expect(await page(site, 'new')).toBe(markup(site, 'new'))
  })

  it('renders once for many requests at the same time', async () => {
    const site = open({ caches: opened.caches })

    const shown = await Promise.all(Array.from({ length: 20 }, () => page(site, 'one')))

    expect(new Set(shown)).toEqual(new Set([markup(site, 'one')]))
    expect(renders).toBe(1)
  })

  it('renders a hole each time, with its arguments', async () => {
    let tokens = 0
    const elements = open({ caches: opened.caches })
    const Token = ({ form }: { form: string }): unknown =>
      elements.element('i', null, `${form} ${++tokens}`)
    const site = open({ caches: opened.caches, holes: { token: Token } })
    const hole = (): unknown => site.element(site.Hole, { name: 'token', args: { form: 'login' } })

    const shown = [await page(site, '', {}, hole()), await page(site, '', {}, hole())]

    expect(shown).toEqual([markup(site, '<i>login 1</i>'), markup(site, '<i>login 2</i>')])
    expect(renders).toBe(1)
  })

  it('refuses what is one request’s own', async () => {
    const site = open({ caches: opened.caches, onPersonal: 'throw' })
    const token = perRequest(() => 's3cret', 'csrf token')
    const Form = (): unknown => site.element('b', null, token())
    const form = site.element(site.Cached, { name: 'login' }, site.element(Form, null))

    await expect(site.show(site.element('main', null, form))).rejects.toThrow(
      /Fragment 'login' \(<Form>\) shows csrf token in Form \(.*jsx\.test\.ts:\d+\), .*<Hole>/,
    )
  })

  it('says of what it does not keep which component read it, and where', async () => {
    const site = open({ caches: opened.caches, onPersonal: 'skip' })
    const token = perRequest(() => 's3cret', 'csrf token')
    const Form = (): unknown => site.element('b', null, token())
    const form = site.element(site.Cached, { name: 'login' }, site.element(Form, null))

    expect(await site.show(form)).toContain('s3cret')
    expect(opened.refused[0]?.reason).toMatch(
      /it shows csrf token in Form \(.*jsx\.test\.ts:\d+\) \(<Form>\)/,
    )
  })

  it.for([
    ['of its own', false],
    ['in a fragment', true],
  ] as const)(
    'fills a hole %s in a page from the cache, for each visitor',
    async ([, isWithin]) => {
      const Greeting = ({ context, to }: { context?: { who: string }; to: string }): unknown =>
        `Hi ${context?.who} ${to}`
      const process = (): JsxSite & { readonly ask: (who: string) => Promise<string> } => {
        const site = open({ caches: opened.caches, holes: { greet: Greeting } })
        const pages = pageCache(opened.caches.pages, '60s', {
          clock: opened.clock,
          holes: site.fragments.inPages((request) => ({ who: request.headers.get('who') })),
        })
        const ask = async (who: string): Promise<string> => {
          const answer = await pages(new Request('http://a/', { headers: { who } }), async () => {
            renders++
            const hole = site.element(site.Hole, { name: 'greet', args: { to: 'there' } })
            const cached = site.element(site.Cached, { name: 'side' }, hole)
            const text = await site.show(site.element('main', null, isWithin ? cached : hole))
            return new Response(text, { headers: { 'Content-Type': 'text/html' } })
          })
          return (await answer.text()).replaceAll(/<\/?(?:div|span)>|<!-- -->/g, '')
        }
        return { ...site, ask }
      }
      const first = process()

      const shown = [await first.ask('ann'), await first.ask('<b>'), await process().ask('eve')]

      expect(shown).toEqual(
        ['ann', '&lt;b&gt;', 'eve'].map((who) => `<main>Hi ${who} there</main>`),
      )
      expect(renders).toBe(1)
    },
  )

  it('never stores an error', async () => {
    const site = open({ caches: opened.caches })
    const Failing = (): never => {
      throw new Error('the component failed')
    }
    const failing = (): unknown =>
      site.element(site.Cached, { name: 'side' }, site.element(Failing, null))

    await expect(site.show(site.element('main', null, failing()))).rejects.toThrow(
      'the component failed',
    )
    expect(await page(site, 'fine')).toBe(markup(site, 'fine'))
  })
})
