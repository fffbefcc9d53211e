import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Handlebars from 'handlebars'
import { describe, expect, it } from 'vitest'
import { handlebarsViews } from '../../../src/fragments/adapters/handlebars/index.ts'
import { digestContract } from '../digest-contract.ts'
import { type Engine, engineContract } from '../engine-contract.ts'
import { openCaches } from '../open-caches.ts'

const SEEN = '{{seen}}'

const engine: Engine = {
  extension: '.hbs',
  templates: {
    side: `{{#cache 900 "side"}}${SEEN}[{{text}}]{{/cache}}`,
    varying: `{{#cache 900 "side" id}}${SEEN}[{{text}}]{{/cache}}`,
    list: `{{#each items}}{{#cache 900 "card" id}}${SEEN}({{name}}){{/cache}}{{/each}}`,
    nested: `{{#cache 900 "outer" tags="outer"}}${SEEN}<{{#cache 900 "inner" tags="inner"}}${SEEN}{{text}}{{/cache}}>{{/cache}}`,
    hole: `{{#cache 900 "login"}}${SEEN}<form>{{hole "token" label="to log in"}}</form>{{/cache}}`,
    token: '{{label}} {{token}}',
    including: `{{#cache 900 "side"}}${SEEN}{{> part}}{{/cache}}`,
    part: '[{{text}}]',
    failing: `{{#cache 900 "side"}}${SEEN}{{fail}}[{{text}}]{{/cache}}`,
    csrf: '{{#cache 900 "login"}}\n[{{csrf_token}}]{{/cache}}',
    branch: '{{#cache 900 "login"}}[{{#if yes}}\n{{csrf_token}}{{/if}}]{{/cache}}',
    calling: '{{#cache 900 "login"}}[\n{{token}}]{{/cache}}',
    marked: '{{#cache 900 "login"}}[\n{{secret}}]{{/cache}}',
    user: '{{#cache 900 "hello"}}[{{user.name}}]{{/cache}}',
    userWithin:
      '{{#cache 900 "outer"}}<{{#cache 900 "hello" user.lang}}[{{user.lang}}]{{/cache}}>{{/cache}}',
    ownUser: '{{#cache 900 "hello" user.id}}[{{user.name}}]{{/cache}}',
    using: `{{#cache 900 "side" using="pages"}}${SEEN}[{{text}}]{{/cache}}`,
    versioned: `{{#cache 900 "side" version=build}}${SEEN}[{{text}}]{{/cache}}`,
    cacheIf: `{{#cache 900 "side" cacheIf=cached}}${SEEN}[{{text}}]{{/cache}}`,
    timeout: `{{#cache seconds "side"}}${SEEN}[{{text}}]{{/cache}}`,
  },
  open(folder, caches, { helpers = {}, isOther: _isOther, ...options }) {
    const handlebars = Handlebars.create()
    handlebars.registerHelper(helpers)
    const views = handlebarsViews({ handlebars, caches, ...options })
    const register = (): void => {
      for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (!file.endsWith('.hbs')) continue
        handlebars.registerPartial(file.slice(0, -4), readFileSync(join(folder, file), 'utf8'))
      }
    }
    register()
    // What is called in every turn of a loop, whatever its context is.
    return {
      fragments: views.fragments,
      async render(template, data) {
        if (options.watch) register()
        handlebars.registerHelper('seen', data['seen'] as () => string)
        return await views.render(template, data)
      },
    }
  },
}

engineContract('Handlebars', engine)

digestContract('Handlebars', {
  open: engine.open,
  extension: engine.extension,
  fragment: (body) => `{{#cache 900 "side"}}${SEEN}${body}{{/cache}}`,
  include: (name) => `{{> ${name} }}`,
  when: (body) => `{{#if yes}}${body}{{/if}}`,
  includeComputed: () => '{{> (lookup . "name") }}',
  comment: (text) => `{{!-- ${text} --}}`,
  call: () => '{{money "x"}}',
  say: (name) => `{{!-- {{> ${name} }} --}}\\{{> ${name} }}`,
})

describe('the helper cache of Handlebars', () => {
  it('keeps the data of its own turn of a loop', async () => {
    const { caches } = openCaches()
    const handlebars = Handlebars.create()
    handlebars.registerPartial(
      'page',
      '{{#each items as |item|}}{{#cache 900 "card" item}}({{@index}} {{item}} {{@root.title}}){{/cache}}{{/each}}',
    )
    const views = handlebarsViews({ handlebars, caches, watch: false })

    expect(await views.render('page', { items: ['a', 'b'], title: 't' })).toBe('(0 a t)(1 b t)')
    await caches.close()
  })

  it('is one fragment wherever its partial is included', async () => {
    const { caches } = openCaches()
    const handlebars = Handlebars.create()
    handlebars.registerPartial('nav', '{{#cache 900 "nav"}}{{text}}{{/cache}}')
    handlebars.registerPartial('a', 'a {{> nav}}')
    handlebars.registerPartial('b', 'b {{> nav}}')
    const views = handlebarsViews({ handlebars, caches, watch: false })

    const shown = [
      await views.render('a', { text: 'one' }),
      await views.render('b', { text: 'two' }),
    ]

    expect(shown).toEqual(['a one', 'b one'])
    await caches.close()
  })

  it('says how it is to be rendered, where it would print nothing of use', () => {
    const { caches } = openCaches()
    const handlebars = Handlebars.create()
    handlebarsViews({ handlebars, caches })

    expect(() => handlebars.compile('{{#cache 900 "a"}}x{{/cache}}')({})).toThrow('handlebarsViews')
  })
})
