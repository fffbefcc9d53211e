// Requirement (part A8 of what Django does): a template of a Django project renders the same here, first and on every hit.
import { Liquid } from 'liquidjs'
import nunjucks from 'nunjucks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addFragments as addToLiquid } from '../../src/fragments/adapters/liquid/index.ts'
import { addFragments as addToNunjucks } from '../../src/fragments/adapters/nunjucks/index.ts'
import { djangoEscape } from '../../src/django/index.ts'
import { type Django, startDjango } from '../django/django.ts'
import { type RedisServer, startRedis } from '../servers/redis.ts'
import { type Capability, lacks } from './capabilities.ts'
import { openCaches } from './open-caches.ts'

let redis: RedisServer
let django: Django

beforeAll(async () => {
  redis = await startRedis()
  django = await startDjango({ redis: redis.url })
})

// Of all environments of this process: Nunjucks has no option for it.
const { lib } = nunjucks as unknown as { lib: { escape: (text: unknown) => string } }
const { escape } = lib
lib.escape = djangoEscape

afterAll(async () => {
  lib.escape = escape
  await django?.stop()
  await redis?.stop()
})

type Values = Readonly<Record<string, unknown>>

/** The texts of one template for one after the other of `contexts`, in a process that has nothing stored. */
async function byDjango(
  template: string,
  contexts: readonly Values[],
  files: Files = {},
): Promise<unknown> {
  await django.run('caches["default"].clear()')
  const shown: unknown[] = []
  await django.run('from django.template import Context, Engine')
  const loaders = `[("django.template.loaders.locmem.Loader", json.loads(${JSON.stringify(JSON.stringify(files))}))]`
  await django.run(
    `engine = Engine(loaders=${loaders}, libraries={"cache": "django.templatetags.cache"})`,
  )
  for (const context of contexts) {
    // JSON within JSON is a literal of Python, whatever is in it.
    const given = `json.loads(${JSON.stringify(JSON.stringify(context))})`
    shown.push(
      await django.run(`engine.from_string(${JSON.stringify(template)}).render(Context(${given}))`),
    )
  }
  return shown
}

/** Templates by name that the one which is rendered includes or extends. */
type Files = Readonly<Record<string, string>>

type Render = (template: string, context: Values) => Promise<string>

function nunjucksRender(caches: object, files: Files = {}): Render {
  const getSource = (name: string): nunjucks.LoaderSource => {
    return { src: files[name] ?? '', path: name, noCache: false }
  }
  const env = new nunjucks.Environment({ getSource }, { autoescape: true })
  addToNunjucks(env, { nunjucks, caches, onPersonal: 'throw', watch: false })
  return (template, context) =>
    new Promise((resolve, reject) => {
      env.renderString(template, context, (error, text) => {
        if (error === null) resolve(text ?? '')
        else reject(error)
      })
    })
}

function liquidRender(caches: object, files: Files = {}): Render {
  const liquid = new Liquid({ outputEscape: djangoEscape, templates: { ...files } })
  // Django's names of what Liquid calls downcase and upcase.
  liquid.registerFilter('lower', (text: string) => text.toLowerCase())
  liquid.registerFilter('upper', (text: string) => text.toUpperCase())
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
    [{ text: `<b>&amp;"it's\\"</b>` }, { text: 'later' }],
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
  [
    'fragments three deep, in loops',
    '{% load cache %}{% cache 900 page lang %}{% for group in groups %}{% cache 900 group group.id %}[{% for item in group.items %}{% cache 900 item item.id %}{{ item.name }} {{ n }};{% endcache %}{% endfor %}]{% endcache %}{% endfor %}{% endcache %}',
    [
      { lang: 'de', n: 1, groups: [{ id: 1, items: [{ id: 1, name: 'a' }] }] },
      {
        lang: 'fr',
        n: 2,
        groups: [
          { id: 1, items: [{ id: 2, name: 'b' }] },
          {
            id: 2,
            items: [
              { id: 1, name: 'c' },
              { id: 2, name: 'd' },
            ],
          },
        ],
      },
      { lang: 'de', n: 3, groups: [] },
    ],
  ],
  [
    'a filter in what it varies on',
    '{% load cache %}{% cache 900 side name|lower %}{{ n }}{% endcache %} {% cache 900 firsts names|first|lower n %}{{ n }}{% endcache %}',
    [
      { name: 'A', names: ['X', 'y'], n: 1 },
      { name: 'a', names: ['x'], n: 1 },
      { name: 'B', names: ['z'], n: 2 },
    ],
  ],
  [
    'None and other words in what it varies on',
    '{% load cache %}{% cache 900 side value None "text" 7 %}{{ n }}{% endcache %}',
    [
      { value: null, n: 1 },
      { value: 'x', n: 2 },
      { value: null, n: 3 },
      { value: 'x', n: 4 },
    ],
  ],
  [
    'a timeout from a variable that is None, a fraction, or a text with blanks',
    '{% load cache %}{% cache seconds side kind %}{{ n }}{% endcache %}',
    [
      { seconds: null, kind: 'none', n: 1 },
      { seconds: null, kind: 'none', n: 2 },
      { seconds: 1.9e3, kind: 'fraction', n: 3 },
      { seconds: 0.9, kind: 'fraction', n: 4 },
      { seconds: ' 900 ', kind: 'text', n: 5 },
      { seconds: '-1', kind: 'text', n: 6 },
    ],
  ],
  [
    'an alias from a variable',
    '{% load cache %}{% cache 900 side using=which %}{{ n }}{% endcache %}',
    [
      { which: 'default', n: 1 },
      { which: 'default', n: 2 },
    ],
  ],
  [
    'names of all kinds',
    `{% load cache %}{% cache 900 side-bar %}{{ n }}{% endcache %}{% cache 900 "the side" %}{{ n }}{% endcache %}{% cache 900 'it' n %}{{ n }}{% endcache %}{% cache 900 side.bar.2 %}{{ n }}{% endcache %}{% cache 900 404 %}{{ n }}{% endcache %}`,
    [{ n: 1 }, { n: 2 }],
  ],
  [
    'the blanks and line ends around it and in it',
    '{% load cache %}\n  <ul>\n  {% cache 900 side %}\n\t<li>{{ n }}</li>\n  {% endcache %}\n  </ul>\n',
    [{ n: 1 }, { n: 2 }],
  ],
  [
    'a comment in it',
    '{% load cache %}{% cache 900 side %}<{# {% cache %} {{ n }} #}{{ n }}>{% endcache %}',
    [{ n: 1 }, { n: 2 }],
  ],
  [
    'a block of comment in it',
    '{% load cache %}{% cache 900 side %}<{% comment %}{% cache 900 %}{% endcomment %}{{ n }}>{% endcache %}',
    [{ n: 1 }, { n: 2 }],
  ],
  [
    'tags that are only said',
    '{% load cache %}{% cache 900 side %}{% verbatim %}{% cache 900 x %}{% endcache %}{{ n }}{% endverbatim %}{{ n }}{% endcache %}',
    [{ n: 1 }, { n: 2 }],
  ],
  [
    'a filter with an argument in what it varies on',
    '{% load cache %}{% cache 900 side names|join:"-"|upper kind %}{{ n }}{% endcache %}{% cache 900 end names|join:sign %}{{ n }}{% endcache %}',
    [
      { names: ['a', 'b'], kind: 1, sign: '+', n: 1 },
      { names: ['a-b'], kind: 1, sign: '+', n: 2 },
      { names: ['a', 'b'], kind: 1, sign: '-', n: 3 },
      { names: ['a', 'c'], kind: 1, sign: '-', n: 4 },
    ],
  ],
  [
    'what is not escaped, by a filter',
    '{% load cache %}{% cache 900 side %}{{ text|safe }}{{ text }}{% endcache %}',
    [{ text: '<b>' }, { text: '<i>' }],
  ],
  [
    'what is not escaped, in a block',
    '{% load cache %}{% cache 900 side %}{% autoescape off %}{{ text }}{% endautoescape %}{% endcache %}',
    [{ text: '<b>' }, { text: '<i>' }],
  ],
]

/** The same with more templates. */
const WITH_FILES: readonly (readonly [name: string, template: string, files: Files])[] = [
  [
    'fragments in a template that is included',
    '{% load cache %}<{% include "part.html" %}>{% cache 900 side %}{{ n }}{% endcache %}',
    { 'part.html': '{% load cache %}{% cache 900 part kind %}{{ n }}{% endcache %}' },
  ],
  [
    'a template with fragments that is included in a fragment',
    '{% load cache %}{% cache 900 side %}<{% include "part.html" %}>{% endcache %}',
    { 'part.html': '{% load cache %}{% cache 900 part kind %}{{ n }}{% endcache %}{{ n }}' },
  ],
  [
    'fragments in blocks, in the template that is extended and in the one that extends',
    '{% extends "base.html" %}{% load cache %}{% block main %}{% cache 900 main %}{{ n }}{% endcache %}{% endblock %}',
    {
      'base.html':
        '{% load cache %}<{% block main %}{% cache 900 main %}base{% endcache %}{% endblock %}>{% block foot %}{% cache 900 foot kind %}{{ n }}{% endcache %}{% endblock %}',
    },
  ],
]

/** Which of the cases need something that not every engine has. */
const NEEDS: Readonly<Record<string, Capability>> = {
  'a comment in it': 'commentSigns',
  'a block of comment in it': 'commentBlock',
  'what is not escaped, by a filter': 'safe',
  'what is not escaped, in a block': 'autoescape',
  'fragments in blocks, in the template that is extended and in the one that extends': 'extends',
}

/** Words of Django that stand for what it says itself, which is none of the cache's. */
const inOwnWords = (template: string): string => template.replaceAll('verbatim', 'raw')

describe.each([
  ['Nunjucks', nunjucksRender],
  ['LiquidJS', liquidRender],
])('%s, beside a real Django', (name, open) => {
  const isKnown = ([each]: readonly [name: string, ...more: unknown[]]): boolean => {
    const needed = NEEDS[each]
    return needed === undefined || !lacks(name, needed)
  }

  it.for(CASES.filter(isKnown))('shows the same: %s', async ([, template, contexts]) => {
    const { caches } = openCaches()
    const render = open(caches)
    const shown: string[] = []

    for (const context of contexts) shown.push(await render(inOwnWords(template), context))
    await caches.close()

    expect(shown).toEqual(await byDjango(template, contexts))
  })

  it.for(WITH_FILES.filter(isKnown))('shows the same: %s', async ([, template, files]) => {
    const { caches } = openCaches()
    const render = open(caches, files)
    const contexts = [
      { n: 1, kind: 'a' },
      { n: 2, kind: 'b' },
      { n: 3, kind: 'a' },
    ]
    const shown: string[] = []

    for (const context of contexts) shown.push(await render(template, context))
    await caches.close()

    expect(shown).toEqual(await byDjango(template, contexts, files))
  })

  it.for<readonly [capability: Capability, template: string, shown: RegExp]>([
    ['autoescape', '{% autoescape off %}{{ n }}{% endautoescape %}', /autoescape/],
    ['commentBlock', '{% comment %}{% cache 900 %}{% endcomment %}', /comment/],
    ['commentSigns', '{# a note #}', /^\{# a note #\}$/],
    ['safe', '{{ n|safe }}', /^&lt;b&gt;$/],
    ['extends', '{% extends "base.html" %}', /extends/],
  ])('says so, or shows it, where it has no word: %s', async ([capability, template, shown]) => {
    const { caches } = openCaches()
    const rendered = await open(caches)(template, { n: '<b>' }).catch((error: unknown) =>
      String(error),
    )
    await caches.close()

    if (lacks(name, capability)) expect(rendered).toMatch(shown)
    else expect(rendered).not.toMatch(/Error|\{#/)
  })

  it.for<readonly [template: string, context?: Values]>([
    ['{% load cache %}{% cache %}{% endcache %}'],
    ['{% load cache %}{% cache 1 %}{% endcache %}'],
    ['{% load cache %}{% cache foo bar %}{% endcache %}'],
    ['{% load cache %}{% cache "foo" bar %}{% endcache %}'],
    ['{% load cache %}{% cache 1 bar using="nowhere" %}x{% endcache %}'],
    ['{% load cache %}{% cache seconds bar %}x{% endcache %}', { seconds: 'soon' }],
    ['{% load cache %}{% cache seconds bar %}x{% endcache %}', { seconds: [] }],
    ['{% load cache %}{% cache seconds.of.it bar %}x{% endcache %}', { seconds: 1 }],
  ])('refuses what Django refuses: %s', async ([template, context = {}]) => {
    const { caches } = openCaches()

    await expect(open(caches)(template, context)).rejects.toThrow(/tag 'cache'|no cache 'nowhere'/)
    await expect(byDjango(template, [context])).rejects.toThrow('TemplateSyntaxError')
    await caches.close()
  })
})
