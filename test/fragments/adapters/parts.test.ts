// Requirement: what a fragment is made of is found in each engine's own words, besides those that all engines have.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Edge } from 'edge.js'
import ejs from 'ejs'
import { Eta } from 'eta'
import pug from 'pug'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { edgeViews, type Views } from '../../../src/fragments/adapters/edge/index.ts'
import { ejsViews } from '../../../src/fragments/adapters/ejs/index.ts'
import { etaViews } from '../../../src/fragments/adapters/eta/index.ts'
import { pugViews } from '../../../src/fragments/adapters/pug/index.ts'
import { openCaches } from '../open-caches.ts'

type Files = Readonly<Record<string, string>>
type Open = (folder: string, caches: object, isChanged: boolean) => Views

interface Case {
  /** A page that shows a fragment of `page`, and what that is made of. */
  readonly files: Files
  /** What is written then. Default: nothing; something of the engine is other than before. */
  readonly change?: Files
  readonly open: Open
}

const options = { watch: false, onPersonal: 'throw' } as const

const openEjs: Open = (root, caches) => {
  ejs.clearCache()
  return ejsViews({ ejs, root, caches, ...options })
}
const openEta: Open = (views, caches) =>
  etaViews({ eta: new Eta({ views, cache: true }), caches, ...options })
const openEdge: Open = (folder, caches) => {
  const edge = Edge.create({ cache: true })
  edge.mount(folder)
  edge.mount('admin', join(folder, 'admin'))
  return edgeViews({ edge, caches, ...options })
}
const openPug: Open = (root, caches) => {
  Object.assign(pug, { cache: {} })
  return pugViews({ pug, root, caches, ...options })
}

const ejsShow = { 'show.ejs': `<%- fragment('page', { ttl: 900 }) %>` }
const etaShow = { 'show.eta': `<%~ it.fragment('page', { ttl: 900 }) %>` }
const edgeShow = { 'show.edge': `{{{ fragment('page', { ttl: 900 }) }}}` }
const pugShow = { 'show.pug': `!= fragment('page', { ttl: 900 })` }

const CASES: Readonly<Record<string, Case>> = {
  'EJS: a part with an ending of its own': {
    files: { ...ejsShow, 'page.ejs': `<% seen() %><%- include('a.html') %>`, 'a.html': 'a' },
    change: { 'a.html': 'b' },
    open: openEjs,
  },
  'EJS: a part from the folder of all, although one lies beside': {
    files: {
      ...ejsShow,
      'page.ejs': `<% seen() %><%- include('deep/b') %>`,
      'deep/b.ejs': `<%- include('/a') %>`,
      'deep/a.ejs': 'beside',
      'a.ejs': 'a',
    },
    change: { 'a.ejs': 'b' },
    open: openEjs,
  },
  'EJS: other signs, and a name that is written in escapes': {
    files: {
      'show.ejs': `[?- fragment('page', { ttl: 900 }) ?]`,
      'page.ejs': `[? seen(); ?][?- incl\\u0075de("\\x61") ?]`,
      'a.ejs': 'a',
    },
    change: { 'a.ejs': 'b' },
    open: (root, caches) => {
      ejs.clearCache()
      return ejsViews({
        ejs,
        root,
        caches,
        options: { openDelimiter: '[', closeDelimiter: ']', delimiter: '?' },
        ...options,
      })
    },
  },
  'Eta: a layout': {
    files: { ...etaShow, 'page.eta': `<% layout('./a'); it.seen() %>x`, 'a.eta': '<%~ it.body %>' },
    change: { 'a.eta': '<b><%~ it.body %></b>' },
    open: openEta,
  },
  'Eta: a template that was loaded by name': {
    files: { ...etaShow, 'page.eta': `<% it.seen() %><%~ include('@a') %>` },
    open: (views, caches, isChanged) => {
      const eta = new Eta({ views, cache: true })
      eta.loadTemplate('@a', isChanged ? 'b' : 'a')
      return etaViews({ eta, caches, ...options })
    },
  },
  'Eta: the header of its functions': {
    files: { ...etaShow, 'page.eta': '<% it.seen() %><%= price %>' },
    open: (views, caches, isChanged) => {
      const functionHeader = `const price = ${isChanged ? 2 : 1}`
      return etaViews({ eta: new Eta({ views, cache: true, functionHeader }), caches, ...options })
    },
  },
  'Eta: a tag of the application': {
    files: { ...etaShow, 'page.eta': '<% it.seen() %><%! x %>' },
    open: (views, caches, isChanged) => {
      const customTags = { '!': isChanged ? (text: string) => `${text}!` : (text: string) => text }
      const eta = new Eta({ views, cache: true, customTags })
      return etaViews({ eta, caches, ...options })
    },
  },
  'Edge: a component, by its tag': {
    files: {
      ...edgeShow,
      'page.edge': '{{ seen() }}\n@card({ title: 1 })\nx\n@end',
      'components/card.edge': 'a',
    },
    change: { 'components/card.edge': 'b' },
    open: openEdge,
  },
  'Edge: a component of another folder, in a slot of one': {
    files: {
      ...edgeShow,
      'page.edge': `{{ seen() }}\n@component('box')\n@slot('main')\n@!component('admin::a')\n@end\n@end`,
      'box.edge': '{{{ await $slots.main() }}}',
      'admin/a.edge': 'a',
    },
    change: { 'admin/a.edge': 'b' },
    open: openEdge,
  },
  'Edge: a part that is included on a condition': {
    files: { ...edgeShow, 'page.edge': `{{ seen() }}\n@includeIf(1 > 2, 'a')`, 'a.edge': 'a' },
    change: { 'a.edge': 'b' },
    open: openEdge,
  },
  'Edge: a global function': {
    files: { ...edgeShow, 'page.edge': '{{ seen() }}{{ shop.price(1) }}' },
    open: (folder, caches, isChanged) => {
      const edge = Edge.create({ cache: true })
      edge.mount(folder)
      const price = isChanged ? (n: number) => `${n} EUR` : (n: number) => `${n} Euro`
      edge.global('shop', { price })
      return edgeViews({ edge, caches, ...options })
    },
  },
  'Edge: a tag of the application': {
    files: { ...edgeShow, 'page.edge': '{{ seen() }}\n@hello()' },
    open: (folder, caches, isChanged) => {
      const edge = Edge.create({ cache: true })
      edge.mount(folder)
      const tag = { tagName: 'hello', block: false, seekable: true } as const
      if (isChanged) edge.registerTag({ ...tag, compile: (_, buffer) => buffer.outputRaw('b') })
      else edge.registerTag({ ...tag, compile: (_, buffer) => buffer.outputRaw('a') })
      return edgeViews({ edge, caches, ...options })
    },
  },
  'Pug: a part': {
    files: {
      ...pugShow,
      'page.pug': '- seen()\ninclude deep/a',
      'deep/a.pug': 'include b',
      'deep/b.pug': 'p a',
    },
    change: { 'deep/b.pug': 'p b' },
    open: openPug,
  },
  'Pug: a template that it extends': {
    files: {
      ...pugShow,
      'page.pug': 'extends base\nblock main\n  - seen()\n  | x',
      'base.pug': 'main\n  block main',
    },
    change: { 'base.pug': 'section\n  block main' },
    open: openPug,
  },
  'Pug: a mixin of another file': {
    files: {
      ...pugShow,
      'page.pug': 'include mixins\n- seen()\n+card("x")',
      'mixins.pug': 'mixin card(text)\n  p= text',
    },
    change: { 'mixins.pug': 'mixin card(text)\n  b= text' },
    open: openPug,
  },
  'Pug: a text that is put in as it is': {
    files: { ...pugShow, 'page.pug': '- seen()\nstyle\n  include a.css', 'a.css': 'b {}' },
    change: { 'a.css': 'i {}' },
    open: openPug,
  },
  'Pug: a filter': {
    files: { ...pugShow, 'page.pug': '- seen()\n:loud\n  x' },
    open: (root, caches, isChanged) => {
      Object.assign(pug, { cache: {} })
      const loud = isChanged ? (text: string) => `${text}!` : (text: string) => text
      return pugViews({ pug, root, caches, options: { filters: { loud } }, ...options })
    },
  },
}

describe('a fragment is rendered anew when this has changed, and else not', () => {
  let folder: string
  let opened: ReturnType<typeof openCaches>

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-parts-'))
    opened = openCaches()
  })

  afterEach(async () => {
    await opened.caches.close()
    rmSync(folder, { recursive: true })
  })

  function write(files: Files): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
  }

  it.for(Object.entries(CASES))('%s', async ([, { change = {}, files, open }]) => {
    const renders = async (isChanged: boolean): Promise<boolean> => {
      let rendered = false
      const seen = (): string => {
        rendered = true
        return ''
      }
      await open(folder, opened.caches, isChanged).render('show', { seen })
      return rendered
    }
    mkdirSync(join(folder, 'admin'))
    write(files)

    const before = [await renders(false), await renders(false)]
    write(change)

    expect([...before, await renders(true), await renders(true)]).toEqual([
      true,
      false,
      true,
      false,
    ])
  })
})
