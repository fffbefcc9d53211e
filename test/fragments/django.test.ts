// Requirement (part A8 of what Django does): a template of a Django project renders the same here, first and on every hit.
import { Liquid } from 'liquidjs'
import nunjucks from 'nunjucks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addFragments as addToLiquid } from '../../src/fragments/adapters/liquid/index.ts'
import { addFragments as addToNunjucks } from '../../src/fragments/adapters/nunjucks/index.ts'
import { type Django, startDjango } from '../django/django.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { openCaches } from './open-caches.ts'

let redis: RedisServer
let django: Django

beforeAll(async () => {
  redis = await startRedis()
  django = await startDjango({ redis: redis.url })
})

afterAll(async () => {
  await django?.stop()
  await redis?.stop()
})

type Values = Readonly<Record<string, unknown>>

/** The texts of one template for one after the other of `contexts`, in a process that has nothing stored. */
async function byDjango(template: string, contexts: readonly Values[]): Promise<unknown> {
  await django.run('caches["default"].clear()')
  const shown: unknown[] = []
  await django.run('from django.template import Template, Context')
  for (const context of contexts) {
    // JSON within JSON is a literal of Python, whatever is in it.
    const given = `json.loads(${JSON.stringify(JSON.stringify(context))})`
    shown.push(await django.run(`Template(${JSON.stringify(template)}).render(Context(${given}))`))
  }
  return shown
}

type Render = (template: string, context: Values) => Promise<string>

function nunjucksRender(caches: object): Render {
  const env = new nunjucks.Environment(null, { autoescape: true })
  addToNunjucks(env, { nunjucks, caches, onPersonal: 'throw', watch: false })
  return (template, context) =>
    new Promise((resolve, reject) => {
      env.renderString(template, context, (error, text) => {
        if (error === null) resolve(text ?? '')
        else reject(error)
      })
    })
}

function liquidRender(caches: object): Render {
  const liquid = new Liquid({ outputEscape: 'escape' })
  addToLiquid(liquid, { caches, onPersonal: 'throw', watch: false })
  return async (template, context) => String(await liquid.parseAndRender(template, context))
}

const CASES: readonly (readonly [name: string, template: string, contexts: readonly Values[]])[] = [
  [
    'a fragment',
    '{% load cache %}<nav>{% cache 500 sidebar %}<b>{{ text }}</b>{% endcache %}</nav>',
    [{ text: 'one' }, { text: 'two' }],
  ],
  [
    'one that varies',
    '{% load cache %}{% cache 900 user_sidebar user.id %}Hello {{ user.name }}{% endcache %}',
    [
      { user: { id: 1, name: 'A' } },
      { user: { id: 2, name: 'B' } },
      { user: { id: 1, name: 'C' } },
      { user: { id: '1', name: 'D' } },
    ],
  ],
  [
    'one that varies on several values',
    '{% load cache %}{% cache 900 product_list category.id category.updated_at %}{{ n }}{% endcache %}',
    [
      { category: { id: 1, updated_at: '2026-01-01' }, n: 1 },
      { category: { id: 1, updated_at: '2026-01-02' }, n: 2 },
      { category: { id: 1, updated_at: '2026-01-01' }, n: 3 },
      { category: { id: 1 }, n: 4 },
      { category: {}, n: 5 },
      { category: { id: 1 }, n: 6 },
    ],
  ],
  [
    'one with an alias',
    '{% load cache %}{% cache 900 side using="default" %}{{ n }}{% endcache %}',
    [{ n: 1 }, { n: 2 }],
  ],
  [
    'a timeout from a variable',
    '{% load cache %}{% cache seconds side %}{{ n }}{% endcache %}',
    [
      { seconds: 0, n: 1 },
      { seconds: -1, n: 2 },
      { seconds: '900', n: 3 },
      { seconds: 900, n: 4 },
    ],
  ],
  [
    'one for ever',
    '{% load cache %}{% cache None side %}{{ n }}{% endcache %}',
    [{ n: 1 }, { n: 2 }],
  ],
  [
    'one that is empty',
    '{% load cache %}[{% cache 900 side %}{{ text }}{% endcache %}]',
    [{ text: '' }, { text: 'later' }],
  ],
  [
    'what is to be escaped',
    '{% load cache %}{% cache 900 side %}{{ text }}{% endcache %}',
    [{ text: '<b>&"' }, { text: 'later' }],
  ],
  [
    'a fragment of a loop',
    '{% load cache %}{% for item in items %}{% cache 900 card item.id %}({{ item.name }}){% endcache %}{% endfor %}',
    [
      {
        items: [
          { id: 1, name: 'a' },
          { id: 2, name: 'b' },
        ],
      },
      {
        items: [
          { id: 2, name: 'x' },
          { id: 3, name: 'c' },
          { id: 1, name: 'y' },
        ],
      },
    ],
  ],
  [
    'a fragment in a fragment',
    '{% load cache %}{% cache 900 outer a %}<{% cache 900 inner b %}{{ n }}{% endcache %}>{% endcache %}',
    [
      { a: 1, b: 1, n: 1 },
      { a: 2, b: 1, n: 2 },
      { a: 2, b: 2, n: 3 },
      { a: 3, b: 2, n: 4 },
    ],
  ],
  [
    'a fragment in a condition',
    '{% load cache %}{% if yes %}{% cache 900 side %}{{ n }}{% endcache %}{% else %}no{% endif %}',
    [
      { yes: true, n: 1 },
      { yes: false, n: 2 },
      { yes: true, n: 3 },
    ],
  ],
]

describe.each([
  ['Nunjucks', nunjucksRender],
  ['LiquidJS', liquidRender],
])('%s, beside a real Django', (_name, open) => {
  it.for(CASES)('shows the same: %s', async ([, template, contexts]) => {
    const { caches } = openCaches()
    const render = open(caches)
    const shown: string[] = []

    for (const context of contexts) shown.push(await render(template, context))
    await caches.close()

    // The engines' own escaping writes a quote by its number, which is the only difference.
    const same = shown.map((text) => text.replaceAll('&#34;', '&quot;'))
    expect(same).toEqual(await byDjango(template, contexts))
  })

  it.for([
    '{% load cache %}{% cache %}{% endcache %}',
    '{% load cache %}{% cache 1 %}{% endcache %}',
    '{% load cache %}{% cache foo bar %}{% endcache %}',
    '{% load cache %}{% cache "foo" bar %}{% endcache %}',
    '{% load cache %}{% cache 1 bar using="nowhere" %}x{% endcache %}',
  ])('refuses what Django refuses: %s', async (template) => {
    const { caches } = openCaches()

    await expect(open(caches)(template, {})).rejects.toThrow(/tag 'cache'|no cache 'nowhere'/)
    await expect(byDjango(template, [{}])).rejects.toThrow('TemplateSyntaxError')
    await caches.close()
  })
})
