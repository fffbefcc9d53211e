// The code of docs/fragments.md runs as it stands there, on the real engines.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Handlebars from 'handlebars'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Views } from '../../src/fragments/views.ts'
import { DocPage } from '../docs/doc-page.ts'

const page = new DocPage('fragments.md')
let root: string

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'breakwater-page-'))
})
afterAll(() => rmSync(root, { recursive: true }))

/** A file of the site's templates. */
function write(name: string, text: string): void {
  mkdirSync(dirname(join(root, name)), { recursive: true })
  writeFileSync(join(root, name), text)
}

/** What every page has: caches, templates, somebody who asks, and a count of what was rendered. */
function before(more = ''): string {
  return `import { createCaches } from 'breakwater'
    const caches = createCaches()
    const root = ${JSON.stringify(root)}
    const user = { id: 7, name: 'Ann' }
    let renders = 0
    ${more}`
}

describe('the code of the page on fragments', () => {
  it('keeps fragments, with a hole, and drops one by its name', async () => {
    const { seen } = await page.run('Fragments', {
      before: before(`let requests = 0
        const currentRequest = () => ++requests
        const csrfField = (request: number) => \`<input value="\${request}">\`
        const renderSidebar = ({ name }: typeof user) => \`\${name} \${++renders}\`
        const products = [{ id: 1 }, { id: 2 }]
        const renderCard = ({ id }: { id: number }) => \`<b>\${id}</b>\``),
      after: `const show = () => fragment('sidebar', [user.id], () => renderSidebar(user))
        const again = [await fragment('card', [1], () => 'other'), await fragment('login', [], () => 'other')]
        export const seen = { sidebar, cards, form, again, anew: [await show(), await show()] }`,
    })

    expect(seen).toEqual({
      sidebar: 'Ann 1',
      cards: ['<b>1</b>', '<b>2</b>'],
      form: '<form><input value="1"></form>',
      again: ['<b>1</b>', '<form><input value="2"></form>'],
      anew: ['Ann 2', 'Ann 2'],
    })
  })

  it('keeps a page around its hole', async () => {
    const { seen } = await page.run('Holes in pages', {
      before: before(`import { Hono } from 'hono'
        const app = new Hono()
        const userOf = (c: Context) => c.req.header('x-user')
        const renderHome = () => \`<main>\${++renders}</main>\``),
      after: `const ask = async (name: string) =>
          (await app.request('http://site.test/', { headers: { 'x-user': name } })).text()
        export const seen = [await ask('Ann'), await ask('Bob')]`,
    })

    expect(seen).toEqual(['<p>Hello, Ann</p><main>1</main>', '<p>Hello, Bob</p><main>1</main>'])
  })

  it('marks what is one visitor’s own', async () => {
    const { seen } = await page.run("What is one visitor's own", {
      before: `import { createFragments } from 'breakwater/fragments'
        import { createCaches } from 'breakwater'
        const caches = createCaches()
        const request = { user: { id: 7 } }
        const csrfToken = () => 'secret'`,
      after: `const { fragment } = createFragments(caches)
        export const seen = await fragment('form', [], () => String(token)).catch((error) => error.code)`,
    })

    expect(seen).toBe('E_PERSONAL')
  })

  it('has the tags of Nunjucks and LiquidJS, which show what Django does', async () => {
    const shown = page.text('django').replaceAll('…', '{{ seen }}')
    write('page.njk', `{% load cache %}${shown}`)
    write('page.liquid', `{% load cache %}${shown}`)
    const data = (seen: string): string =>
      JSON.stringify({ seen, seconds: 60, cached: true, category: { id: 1, updated_at: 2 } })

    const { seen, quotes } = await page.run('Nunjucks, LiquidJS', {
      before: before().replace('createCaches()', 'createCaches({ default: {}, pages: {} })'),
      after: `const nunjucksShows = (data: object) =>
          new Promise((resolve, reject) =>
            env.render('page.njk', data, (error, text) => (error ? reject(error) : resolve(text))))
        const liquidShows = (data: object) => liquid.renderFile('page.liquid', data)
        export const seen = []
        for (const show of [nunjucksShows, liquidShows])
          for (const [data, token] of [[${data('one')}, 'a'], [${data('two')}, 'b']])
            seen.push(await show({ ...data, user: { id: 7 }, csrf_token: token }))
        export const quotes = [await escaping.parseAndRender('{{ text }}', { text: '"' }), nunjucks.lib.escape('"')]`,
    })

    const texts = (seen as string[]).map((text) => text.trim().split('\n'))
    const rows = (token: string): string[] => ['one', 'one', 'one', `one${token}one`]
    expect(texts).toEqual([rows('a'), rows('b'), rows('a'), rows('b')])
    expect(quotes).toEqual(['&quot;', '&quot;'])
  })

  it('has the helpers of Handlebars', async () => {
    Handlebars.registerPartial('page', page.text('handlebars').replace('…', '{{seen}}'))
    Handlebars.registerPartial('token', '{{form}} {{csrf_token}}')

    const { shown, again } = await page.run('Handlebars', {
      before: before("const data = { user, seen: 'one', csrf_token: 'a' }"),
      after: `export { shown }
        export const again = await views.render('page', { user, seen: 'two', csrf_token: 'b' })`,
    })

    expect([shown, again]).toEqual(['onelogin a\n', 'onelogin b\n'])
  })

  it('has the functions of EJS, Eta, Pug and Edge', async () => {
    const given = 'EJS, Eta, Pug, Edge'
    for (const engine of ['ejs', 'eta', 'pug', 'edge'])
      write(`page.${engine}`, page.text(engine, given))
    write('parts/sidebar.ejs', '<%= user.name %> <%= count() %>')
    write('parts/sidebar.eta', '<%= it.user.name %> <%= it.count() %>')
    write('parts/sidebar.pug', '| #{user.name} #{count()}')
    write('parts/sidebar.edge', '{{ user.name }} {{ count() }}')
    write('parts/csrf.ejs', ' <%= form %> <%= csrf_token %>')
    write('parts/csrf.eta', ' <%= it.form %> <%= it.csrf_token %>')
    write('parts/csrf.pug', '|  #{form} #{csrf_token}')
    write('parts/csrf.edge', ' {{ form }} {{ csrf_token }}')

    const { shown, views } = await page.run(given, {
      before: before(`import { Edge } from 'edge.js'
        import ejs from 'ejs'
        import { Eta } from 'eta'
        import pug from 'pug'
        const edge = Edge.create()
        edge.mount(root)
        const eta = new Eta({ views: root })
        const data = { user, count: () => ++renders, csrf_token: 'a' }`),
      after: 'export { shown, views }',
    })

    expect(words(shown)).toBe('Ann 1 login a')
    for (const engine of Object.values(views as Record<string, Views>)) {
      const show = (count: number, csrf_token: string): Promise<string> =>
        engine.render('page', { user: { id: 8, name: 'Bob' }, count: () => count, csrf_token })
      const first = words(await show(5, 'b'))
      expect([first, words(await show(6, 'c'))]).toEqual([
        expect.stringMatching(/^Bob 5 login b$/),
        'Bob 5 login c',
      ])
    }
  })

  it('has components for JSX', async () => {
    const { seen } = await page.run('JSX', {
      before: `/** @jsxImportSource hono/jsx */\n${before(`const Sidebar = () => <b>{++renders}</b>
        let tokens = 0
        const Csrf = ({ form }: { form: string }) => <i>{form} {++tokens}</i>`)}`,
      after: `const again = <Cached name="sidebar" vary={[user.id]} ttl="15m"><Sidebar /><Hole name="csrf" args={{ form: 'other' }} /></Cached>
        const inReact = async () => {
          const node = createElement(react.Cached, { name: 'terms' }, createElement('b', null, 'of React'))
          return await new Response(await renderToReadableStream(node)).text()
        }
        export const seen = [await page.toString(), await again.toString(), await inReact()].map(String)`,
    })

    expect(seen).toEqual([
      '<b>1</b><i>login 1</i>',
      '<b>1</b><i>login 2</i>',
      '<div><b>of React</b></div>',
    ])
  })

  it('is all of the page, with what a program of its own prints', () => {
    expect(page.text('text', 'What they save')).toMatch(/^ +pages +parts rendered/)
    expect(page.unused).toEqual([])
  })
})

/** Without the white space that an engine leaves. */
function words(text: unknown): string {
  return String(text).trim().replaceAll(/\s+/g, ' ')
}
