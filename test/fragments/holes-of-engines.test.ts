// Requirement: what each engine's templates render each time is rendered each time in a page from the cache, too, by any
// process, and only from what it is given.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Edge } from 'edge.js'
import ejs from 'ejs'
import { Eta } from 'eta'
import Handlebars from 'handlebars'
import { Liquid } from 'liquidjs'
import nunjucks from 'nunjucks'
import pug from 'pug'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { edgeViews } from '../../src/fragments/adapters/edge/index.ts'
import { ejsViews } from '../../src/fragments/adapters/ejs/index.ts'
import { etaViews } from '../../src/fragments/adapters/eta/index.ts'
import { handlebarsViews } from '../../src/fragments/adapters/handlebars/index.ts'
import { addFragments as addToLiquid } from '../../src/fragments/adapters/liquid/index.ts'
import { addFragments as addToNunjucks } from '../../src/fragments/adapters/nunjucks/index.ts'
import { pugViews } from '../../src/fragments/adapters/pug/index.ts'
import type { Fragments } from '../../src/fragments/index.ts'
import { pageCache, type PageOptions } from '../../src/http/index.ts'
import { openCaches } from './open-caches.ts'

interface Engine {
  /** Of its files, with the dot. */
  readonly extension: string
  /** Files by name, in which the holes of all pages are templates of their own where the engine needs that. */
  readonly templates: {
    /** `<h1>`, a hole, `</h1>` `text`. In the hole: `Hi` `who`, a blank, and its argument `label`: `'dear'`. */
    readonly greeting: string
    /** The same hole in a fragment `box`. */
    readonly box: string
    /** A hole that shows `text`. */
    readonly needy: string
    /** A hole whose argument `label` is `user.name`. */
    readonly telling: string
    /** Shows `csrf_token` in its second line, and only where `yes`. */
    readonly token: string
    readonly [more: string]: string
  }
  /** The file and the text in it by which the hole of `greeting` is changed. */
  readonly change: readonly [file: string, from: string, to: string]
  readonly open: (
    folder: string,
    caches: object,
    watch: boolean,
  ) => {
    readonly fragments: Fragments
    readonly render: (template: string, data: object) => Promise<string>
  }
}

const ENGINES: Readonly<Record<string, Engine>> = {
  Nunjucks: {
    extension: '.njk',
    templates: {
      greeting:
        '<h1>{% nocache label="dear" %}Hi {{ who }} {{ label }}{% endnocache %}</h1>{{ text }}',
      box: '{% cache 900 box %}<h1>{% nocache label="dear" %}Hi {{ who }} {{ label }}{% endnocache %}</h1>{% endcache %}{{ text }}',
      needy: '{% nocache %}{% include "part.njk" %}{% endnocache %}',
      part: '{{ text }}',
      token: '{% if yes %}\n{{ csrf_token }}{% endif %}ok',
      telling: '{% nocache label=user.name %}{{ label }}{% endnocache %}',
    },
    change: ['greeting.njk', 'Hi', 'Hello'],
    open(folder, caches, watch) {
      const loader = new nunjucks.FileSystemLoader(folder, { noCache: watch })
      const env = new nunjucks.Environment(loader, { autoescape: true })
      const fragments = addToNunjucks(env, { nunjucks, caches, watch })
      return {
        fragments,
        render: async (template, data) =>
          await new Promise((resolve, reject) => {
            env.render(`${template}.njk`, data, (error, text) => {
              if (error === null) resolve(text ?? '')
              else reject(error)
            })
          }),
      }
    },
  },
  LiquidJS: {
    extension: '.liquid',
    templates: {
      greeting:
        '<h1>{% nocache label="dear" %}Hi {{ who }} {{ label }}{% endnocache %}</h1>{{ text }}',
      box: '{% cache 900 box %}<h1>{% nocache label="dear" %}Hi {{ who }} {{ label }}{% endnocache %}</h1>{% endcache %}{{ text }}',
      needy: '{% nocache %}{% include "part" %}{% endnocache %}',
      part: '{{ text }}',
      token: '{% if yes %}\n{{ csrf_token }}{% endif %}ok',
      telling: '{% nocache label=user.name %}{{ label }}{% endnocache %}',
    },
    change: ['greeting.liquid', 'Hi', 'Hello'],
    open(root, caches, watch) {
      const liquid = new Liquid({ root, extname: '.liquid', outputEscape: 'escape', cache: !watch })
      const fragments = addToLiquid(liquid, { caches, watch })
      return {
        fragments,
        render: async (template, data) => String(await liquid.renderFile(template, data)),
      }
    },
  },
  Handlebars: {
    extension: '.hbs',
    templates: {
      greeting: '<h1>{{hole "greet" label="dear"}}</h1>{{text}}',
      greet: 'Hi {{who}} {{label}}',
      box: '{{#cache 900 "box"}}<h1>{{hole "greet" label="dear"}}</h1>{{/cache}}{{text}}',
      needy: '{{hole "outer"}}',
      outer: '{{> part}}',
      part: '{{text}}',
      token: '{{#if yes}}\n{{csrf_token}}{{/if}}ok',
      telling: '{{hole "show" label=user.name}}',
      show: '{{label}}',
    },
    change: ['greet.hbs', 'Hi', 'Hello'],
    open(_folder, caches, watch) {
      const handlebars = Handlebars.create()
      const views = handlebarsViews({ handlebars, caches, watch })
      for (const [name, text] of Object.entries(files)) {
        handlebars.registerPartial(name.replace('.hbs', ''), text)
      }
      return { fragments: views.fragments, render: (name, data) => views.render(name, data) }
    },
  },
  EJS: {
    extension: '.ejs',
    templates: {
      greeting: `<h1><%- hole('greet', { label: 'dear' }) %></h1><%= text %>`,
      greet: 'Hi <%= who %> <%= label %>',
      box: `<%- fragment('box', { ttl: 900, template: '_box' }) %><%= text %>`,
      _box: `<h1><%- hole('greet', { label: 'dear' }) %></h1>`,
      needy: `<%- hole('outer') %>`,
      outer: `<%- include('part') %>`,
      part: '<%= text %>',
      token: '<% if (yes) { %>\n<%= csrf_token %><% } %>ok',
      telling: `<%- hole('show', { label: user.name }) %>`,
      show: '<%= label %>',
    },
    change: ['greet.ejs', 'Hi', 'Hello'],
    open(root, caches, watch) {
      ejs.clearCache()
      return ejsViews({ ejs, root, caches, watch })
    },
  },
  Eta: {
    extension: '.eta',
    templates: {
      greeting: `<h1><%~ it.hole('greet', { label: 'dear' }) %></h1><%= it.text %>`,
      greet: 'Hi <%= it.who %> <%= it.label %>',
      box: `<%~ it.fragment('box', { ttl: 900, template: '_box' }) %><%= it.text %>`,
      _box: `<h1><%~ it.hole('greet', { label: 'dear' }) %></h1>`,
      needy: `<%~ it.hole('outer') %>`,
      outer: `<%~ include('./part', it) %>`,
      part: '<%= it.text %>',
      token: '<% if (it.yes) { %>\n<%= it.csrf_token %><% } %>ok',
      telling: `<%~ it.hole('show', { label: it.user.name }) %>`,
      show: '<%= it.label %>',
    },
    change: ['greet.eta', 'Hi', 'Hello'],
    open(views, caches, watch) {
      return etaViews({ eta: new Eta({ views, cache: !watch }), caches, watch })
    },
  },
  Pug: {
    extension: '.pug',
    templates: {
      greeting: `h1!= hole('greet', { label: 'dear' })\n| #{text}`,
      greet: '| Hi #{who} #{label}',
      box: `!= fragment('box', { ttl: 900, template: '_box' })\n| #{text}`,
      _box: `h1!= hole('greet', { label: 'dear' })`,
      needy: `!= hole('outer')`,
      outer: 'include part',
      part: '| #{text}',
      token: 'if yes\n  | #{csrf_token}\n| ok',
      telling: `!= hole('show', { label: user.name })`,
      show: '| #{label}',
    },
    change: ['greet.pug', 'Hi', 'Hello'],
    open(root, caches, watch) {
      Object.assign(pug, { cache: {} })
      return pugViews({ pug, root, caches, watch })
    },
  },
  Edge: {
    extension: '.edge',
    templates: {
      greeting: `<h1>{{{ hole('greet', { label: 'dear' }) }}}</h1>{{ text }}`,
      greet: 'Hi {{ who }} {{ label }}',
      box: `{{{ fragment('box', { ttl: 900, template: '_box' }) }}}{{ text }}`,
      _box: `<h1>{{{ hole('greet', { label: 'dear' }) }}}</h1>`,
      needy: `{{{ hole('outer') }}}`,
      outer: `@include('part')`,
      part: '{{ text }}',
      token: '@if(yes)\n{{ csrf_token }}\n@end\nok',
      telling: `{{{ hole('show', { label: user.name }) }}}`,
      show: '{{ label }}',
    },
    change: ['greet.edge', 'Hi', 'Hello'],
    open(root, caches, watch) {
      const edge = Edge.create({ cache: !watch })
      edge.mount(root)
      return edgeViews({ edge, caches, watch })
    },
  },
}

/** What lies in the folder, by name. */
let files: Record<string, string> = {}

describe.each(Object.entries(ENGINES))('a page of %s with a hole', (_name, engine) => {
  let folder: string
  let opened: ReturnType<typeof openCaches>
  let views: number

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-holes-'))
    opened = openCaches()
    views = 0
    files = {}
    for (const [name, text] of Object.entries(engine.templates))
      write(name + engine.extension, text)
  })

  afterEach(async () => {
    vi.restoreAllMocks()
    await opened.caches.close()
    rmSync(folder, { recursive: true })
  })

  function write(file: string, text: string): void {
    files[file] = text
    writeFileSync(join(folder, file), text)
  }

  /** One process: its templates and its page cache, over the store of all. */
  function open(
    watch = false,
    options: PageOptions = {},
  ): (template: string, who?: string, data?: object) => Promise<string> {
    const site = engine.open(folder, opened.caches, watch)
    const pages = pageCache(opened.caches.pages, '60s', {
      clock: opened.clock,
      ...options,
      holes: site.fragments.inPages((request) => ({ who: request.headers.get('who') ?? 'nobody' })),
    })
    return async (template, who = 'nobody', data = {}) => {
      const request = new Request(`http://site.test/${template}`, { headers: { who } })
      const answer = await pages(request, async () => {
        views++
        const text = await site.render(template, { text: `text ${views}`, ...data })
        return new Response(text, { headers: { 'Content-Type': 'text/html' } })
      })
      return (await answer.text()).trim()
    }
  }

  it('shows everybody their own, escaped once', async () => {
    const show = open()

    const shown = [
      await show('greeting', 'ann'),
      await show('greeting', '<b>'),
      await show('greeting'),
    ]

    expect(shown).toEqual([
      '<h1>Hi ann dear</h1>text 1',
      '<h1>Hi &lt;b&gt; dear</h1>text 1',
      '<h1>Hi nobody dear</h1>text 1',
    ])
  })

  it('shows it in a fragment, too', async () => {
    const show = open()

    const shown = [await show('box', 'ann'), await show('box', 'bob')]

    expect(shown).toEqual(['<h1>Hi ann dear</h1>text 1', '<h1>Hi bob dear</h1>text 1'])
  })

  it.for([['greeting'], ['box']] as const)(
    'is filled by a process that has rendered nothing yet: %s',
    async ([template]) => {
      await open()(template, 'ann')

      const shown = await open()(template, 'bob')

      expect(shown).toBe('<h1>Hi bob dear</h1>text 1')
      expect(views).toBe(1)
    },
  )

  it('is a miss for a process whose template is another', async () => {
    await open()('greeting', 'ann')
    const [file, from, to] = engine.change
    write(file, (files[file] as string).replace(from, to))
    const show = open()

    const first = await show('greeting', 'bob')
    await new Promise((resolve) => setImmediate(resolve))
    const shown = [first, await show('greeting', 'eve'), await show('greeting', 'ann')]

    expect(shown).toEqual([
      '<h1>Hello bob dear</h1>text 2',
      '<h1>Hello eve dear</h1>text 3',
      '<h1>Hello ann dear</h1>text 3',
    ])
  })

  it('is not kept where the hole needs a variable of its page, and says which', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const show = open()

    const shown = [await show('needy'), await show('needy')]

    expect(shown).toEqual(['text 1', 'text 2'])
    expect(JSON.stringify(warned.mock.calls)).toContain("'text'")
  })

  it('is not kept where the hole is given what is one visitor’s own', async () => {
    const show = open(false, { onPersonal: 'skip' })

    const shown = [
      await show('telling', 'ann', { user: { name: 'Ann' } }),
      await show('telling', 'bob', { user: { name: 'Bob' } }),
    ]

    expect(shown).toEqual(['Ann', 'Bob'])
  })

  it('is told of a token outside of holes: what it is, where it stands, and what to do', async () => {
    const told: unknown[] = []
    const show = open(false, { onPersonal: 'throw', onError: (error) => told.push(error) })

    const shown = await show('token', 'ann', { csrf_token: 's3cret', yes: false })

    expect(shown).toContain("csrf token ('csrf_token' in ")
    expect(shown).toMatch(/token(?:\.\w+)?, line 2/)
    expect(shown).toContain('holes')
    expect(shown).not.toContain('s3cret')
    expect(told).toEqual([expect.objectContaining({ code: 'E_PERSONAL' })])
  })

  it('is not kept with a token outside of holes in production', async () => {
    const show = open(false, { onPersonal: 'skip' })
    const token = (csrf_token: string): Promise<string> => {
      return show('token', 'ann', { csrf_token, yes: true })
    }

    const shown = [await token('t1'), await token('t2')]

    expect(shown.map((text) => text.replace(/\s/g, ''))).toEqual(['t1ok', 't2ok'])
  })
})
