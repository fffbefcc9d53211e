// Requirement: fragments in JSX, of Hono and of React: their children are rendered on a miss only.
import { raw } from 'hono/html'
import { Fragment, jsx } from 'hono/jsx'
import { createElement, type ReactNode } from 'react'
import { renderToReadableStream } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { honoFragments, reactFragments } from '../../../src/fragments/adapters/jsx/index.ts'
import { type Fragments, perRequest, tag } from '../../../src/fragments/index.ts'
import { pageCache } from '../../../src/http/index.ts'
import { openCaches } from '../open-caches.ts'

/** One library: what it makes elements by, and a page of them. */
interface Site {
  element(type: unknown, props: object | null, ...children: unknown[]): unknown
  readonly Cached: unknown
  readonly Hole: unknown
  readonly fragments: Fragments
  show(node: unknown): Promise<string>
  /** What a fragment is put into. */
  readonly around: readonly [before: string, after: string]
}

interface Given {
  readonly caches: object
  readonly version?: string
  readonly onPersonal?: 'throw' | 'skip'
  readonly holes?: Readonly<Record<string, (args: never) => unknown>>
}

interface Library {
  readonly honoFragments: typeof honoFragments
  readonly reactFragments: typeof reactFragments
}

const here: Library = { honoFragments, reactFragments }

function openHono(given: Given, library = here): Site {
  const { Cached, fragments, Hole } = library.honoFragments({ ...given, raw, Fragment })
  return {
    element: (type, props, ...children) => jsx(type as string, props, ...(children as never[])),
    Cached,
    Hole,
    fragments,
    show: async (node) => String(await (node as { toString(): unknown }).toString()),
    around: ['', ''],
  }
}

function openReact(given: Given, library = here): Site {
  const { Cached, fragments, Hole } = library.reactFragments({
    ...given,
    createElement,
    renderToReadableStream,
  })
  return {
    element: (type, props, ...children) =>
      createElement(type as never, props as never, ...(children as never[])),
    Cached,
    Hole,
    fragments,
    async show(node) {
      let failure: unknown
      const onError = (error: unknown): void => {
        failure ??= error
      }
      const stream = await renderToReadableStream(node as ReactNode, { onError })
      await stream.allReady
      // Between two texts React puts a sign for itself.
      const text = (await new Response(stream).text()).replaceAll('<!-- -->', '')
      if (failure !== undefined) throw failure as Error
      return text
    },
    around: ['<div>', '</div>'],
  }
}

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
    site: Site,
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

  function markup({ around: [before, after] }: Site, text: string): string {
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
      const process = (): Site & { readonly ask: (who: string) => Promise<string> } => {
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
