import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { queryObjects } from 'node:v8'
import nunjucks from 'nunjucks'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { addFragments } from '../../../src/fragments/adapters/nunjucks/index.ts'
import { FragmentTags } from '../../../src/fragments/adapters/nunjucks/tags.ts'
import { createFragments } from '../../../src/fragments/fragments.ts'
import { HelperCode } from '../../../src/fragments/helper-code.ts'
import { type Engine, engineContract } from '../engine-contract.ts'
import { digestContract } from '../digest-contract.ts'
import { openCaches } from '../open-caches.ts'

const SEEN = '{{ seen() }}'

const engine: Engine = {
  extension: '.njk',
  templates: {
    side: `{% cache 900 side %}${SEEN}[{{ text }}]{% endcache %}`,
    varying: `{% cache 900 side id %}${SEEN}[{{ text }}]{% endcache %}`,
    list: `{% for item in items %}{% cache 900 card item.id %}${SEEN}({{ item.name }}){% endcache %}{% endfor %}`,
    nested: `{% cache 900 outer tags="outer" %}${SEEN}<{% cache 900 inner tags=["inner"] %}${SEEN}{{ text }}{% endcache %}>{% endcache %}`,
    hole: `{% cache 900 login %}${SEEN}<form>{% nocache label="to log in" %}{{ label }} {{ token() }}{% endnocache %}</form>{% endcache %}`,
    including: `{% cache 900 side %}${SEEN}{% include "part.njk" %}{% endcache %}`,
    part: '[{{ text }}]',
    failing: `{% cache 900 side %}${SEEN}{{ fail() }}[{{ text }}]{% endcache %}`,
    csrf: '{% cache 900 login %}\n[{{ csrf_token }}]{% endcache %}',
    branch: '{% cache 900 login %}[{% if yes %}\n{{ csrf_token }}{% endif %}]{% endcache %}',
    calling: '{% cache 900 login %}[\n{{ token() }}]{% endcache %}',
    marked: '{% cache 900 login %}[\n{{ secret }}]{% endcache %}',
    user: '{% cache 900 hello %}[{{ user.name }}]{% endcache %}',
    userWithin:
      '{% cache 900 outer %}<{% cache 900 hello user.lang %}[{{ user.lang }}]{% endcache %}>{% endcache %}',
    ownUser: '{% cache 900 hello user.id %}[{{ user.name }}]{% endcache %}',
    using: `{% cache 900 side using="pages" %}${SEEN}[{{ text }}]{% endcache %}`,
    versioned: `{% cache 900 side version=build %}${SEEN}[{{ text }}]{% endcache %}`,
    cacheIf: `{% cache 900 side cacheIf=cached %}${SEEN}[{{ text }}]{% endcache %}`,
    timeout: `{% cache seconds side %}${SEEN}[{{ text }}]{% endcache %}`,
  },
  open(folder, caches, { helpers = {}, isOther = false, ...options }) {
    const loader = new nunjucks.FileSystemLoader(folder, { noCache: options.watch })
    const env = new nunjucks.Environment(loader, { autoescape: !isOther })
    for (const [name, helper] of Object.entries(helpers)) env.addFilter(name, helper)
    const fragments = addFragments(env, { nunjucks, caches, ...options })
    return {
      fragments,
      render: (template, data) =>
        new Promise((resolve, reject) => {
          env.render(`${template}.njk`, data, (error, text) => {
            if (error === null) resolve(text ?? '')
            else reject(error)
          })
        }),
    }
  },
}

engineContract('Nunjucks', engine)

describe('the tag cache of Nunjucks', () => {
  let folder: string
  let opened: ReturnType<typeof openCaches>

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'breakwater-nunjucks-'))
    opened = openCaches()
  })

  afterEach(async () => {
    await opened.caches.close()
    rmSync(folder, { recursive: true })
  })

  function write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  }

  function open(): nunjucks.Environment {
    const env = new nunjucks.Environment(new nunjucks.FileSystemLoader(folder))
    addFragments(env, { nunjucks, caches: opened.caches, watch: false, onPersonal: 'throw' })
    return env
  }

  async function show(env: nunjucks.Environment, name: string, data: object = {}): Promise<string> {
    return await new Promise((resolve, reject) => {
      env.render(name, data, (error, text) => {
        if (error === null) resolve(text ?? '')
        else reject(error)
      })
    })
  }

  it.for([
    ['{% cache %}x{% endcache %}', 'requires at least two arguments'],
    ['{% cache 900 %}x{% endcache %}', 'requires at least two arguments'],
    ['{% cache soon side %}x{% endcache %}', 'unknown variable'],
    ['{% cache "soon" side %}x{% endcache %}', 'no whole number'],
    ['{% cache 900 side usng="a" %}x{% endcache %}', "Did you mean 'using'"],
    ['{% cache 900 side using="page" %}x{% endcache %}', "Did you mean 'pages'"],
    ['{% cache 900 "" %}x{% endcache %}', 'requires at least two arguments'],
  ])('refuses %s', async ([text, message]) => {
    write({ 'page.njk': text as string })

    await expect(show(open(), 'page.njk')).rejects.toThrow(message)
  })

  it.for([
    ['{% macro m() %}{% cache 900 side %}x{% endcache %}{% endmacro %}{{ m() }}', 'a macro'],
    [
      '{% filter upper %}{% cache 900 side %}x{% endcache %}{% endfilter %}',
      "a 'filter' or 'set' block",
    ],
    [
      '{% set a %}{% cache 900 side %}x{% endcache %}{% endset %}{{ a }}',
      "a 'filter' or 'set' block",
    ],
  ])('says that it cannot wait in %s', async ([text, message]) => {
    write({ 'page.njk': text as string })

    await expect(show(open(), 'page.njk')).rejects.toThrow(message)
  })

  it('refuses to be rendered without a callback, which would give nothing', () => {
    write({ 'page.njk': '{% cache 900 side %}x{% endcache %}' })

    expect(() => open().render('page.njk')).toThrow(expect.objectContaining({ code: 'E_TEMPLATE' }))
  })

  it('keeps for ever what says None', async () => {
    write({ 'page.njk': '{% cache None side %}{{ text }}{% endcache %}' })
    const env = open()
    await show(env, 'page.njk', { text: 'old' })
    opened.clock.advance(365 * 86_400_000)

    expect(await show(env, 'page.njk', { text: 'new' })).toBe('old')
  })

  it('shows the blocks of the template that extends its own, each apart', async () => {
    write({
      'base.njk': '{% cache 900 side %}<{% block menu %}base{% endblock %}>{% endcache %}',
      'a.njk': '{% extends "base.njk" %}{% block menu %}a {{ super() }}{% endblock %}',
      'b.njk': '{% extends "base.njk" %}{% block menu %}b{% endblock %}',
    })
    const env = open()

    const shown = [await show(env, 'a.njk'), await show(env, 'b.njk'), await show(env, 'base.njk')]

    expect(shown).toEqual(['<a base>', '<b>', '<base>'])
  })

  it('keeps the blanks that its template asks for', async () => {
    write({ 'page.njk': 'a  {%- cache 900 side -%}  b  {%- endcache -%}  c' })
    const env = open()

    expect([await show(env, 'page.njk'), await show(env, 'page.njk')]).toEqual(['abc', 'abc'])
  })

  it('refreshes a stale fragment of a loop with the variables of its own turn', async () => {
    write({
      'page.njk':
        '{% for item in items %}{% cache 60 card item.id stale=600 %}({{ item.id }} {{ seen(item.id) }}){% endcache %}{% endfor %}',
    })
    const env = open()
    const items = [{ id: 1 }, { id: 2 }]
    const seen = vi.fn<(id: number) => string>(() => '')
    await show(env, 'page.njk', { items, seen })
    opened.clock.advance(90_000)

    const stale = await show(env, 'page.njk', { items, seen })
    await expect.poll(() => seen.mock.calls.length).toBe(4)

    expect(stale).toBe('(1 )(2 )')
    expect(await show(env, 'page.njk', { items, seen })).toBe('(1 )(2 )')
    expect(seen.mock.calls.map(([id]) => id)).toEqual([1, 2, 1, 2])
  })

  it('renders a hole of a template that it includes, in a process that has rendered nothing yet', async () => {
    write({
      'page.njk': '{% cache 900 side %}<{% include "login.njk" %}>{% endcache %}',
      'login.njk': '{% nocache %}{{ csrf_token }}{% endnocache %}',
    })
    await show(open(), 'page.njk', { csrf_token: 'a' })

    expect(await show(open(), 'page.njk', { csrf_token: 'b' })).toBe('<b>')
  })

  it('gives a hole of a loop what it asks for, although the loop is not run again', async () => {
    write({
      'page.njk':
        '{% cache 900 side %}{% for id in [1, 2] %}{% nocache id=id %}{{ id }}{{ token }} {% endnocache %}{% endfor %}{% endcache %}',
    })
    const env = open()

    const shown = [
      await show(env, 'page.njk', { token: 'a' }),
      await show(env, 'page.njk', { token: 'b' }),
    ]

    expect(shown).toEqual(['1a 2a ', '1b 2b '])
  })

  it('does not take a name that the template itself gives for that of the visitor', async () => {
    write({
      'page.njk':
        '{% cache 900 side %}{% for user in users %}{{ user.name }}{% endfor %}{% endcache %}',
    })

    expect(await show(open(), 'page.njk', { users: [{ name: 'A' }] })).toBe('A')
  })

  it('lets what it does not name be read by the expressions of the tag', async () => {
    write({ 'page.njk': '{% cache 900 side user.lang cacheIf=user.shared %}x{% endcache %}' })

    expect(await show(open(), 'page.njk', { user: { lang: 'de', shared: true } })).toBe('x')
  })

  it('does not remember endless templates, and shows those that it has forgotten', async () => {
    const env = new nunjucks.Environment(new nunjucks.FileSystemLoader(folder))
    const fragments = createFragments(opened.caches)
    const most = { entries: 2 }
    const tags = new FragmentTags(
      fragments,
      env as never,
      nunjucks as never,
      new HelperCode(),
      false,
      most,
    )
    env.addExtension('breakwater', tags as never)
    const showText = (template: nunjucks.Template, data: object): Promise<string> =>
      new Promise((resolve, reject) => {
        template.render(data, (error, text) => {
          if (error === null) resolve(text ?? '')
          else reject(error)
        })
      })
    const source =
      '{% cache 900 outer %}<{% cache 900 inner %}{{ text }}{% endcache %}{% nocache %}{{ text }}{% endnocache %}>{% endcache %}'
    const first = nunjucks.compile(source, env)
    const shown = [await showText(first, { text: 'a' })]
    const before = queryObjects(nunjucks.Template, { format: 'count' })

    for (let n = 0; n < 20; n++)
      await showText(nunjucks.compile(`{% cache 0 other %}${n}{% endcache %}`, env), {})
    const more = queryObjects(nunjucks.Template, { format: 'count' }) - before
    shown.push(await showText(first, { text: 'b' }))

    expect(more).toBeLessThanOrEqual(2)
    expect(shown).toEqual(['<aa>', '<ab>'])
  })

  it('is the callback’s when the rest of the page fails after it', async () => {
    write({ 'page.njk': '{% cache 900 side %}x{% endcache %}{{ fail() }}' })
    const fail = (): never => {
      throw new Error('after it')
    }

    await expect(show(open(), 'page.njk', { fail })).rejects.toThrow('after it')
  })
})

digestContract('Nunjucks', {
  open: engine.open,
  extension: engine.extension,
  fragment: (body) => `{% cache 900 side %}${SEEN}${body}{% endcache %}`,
  include: (name) => `{% include "${name}.njk" %}`,
  when: (body) => `{% if yes %}${body}{% endif %}`,
  includeComputed: () => '{% include name + ".njk" %}',
  comment: (text) => `{# ${text} #}`,
  call: () => '{{ "x" | money }}',
  say: (name) =>
    `{# {% include "${name}.njk" %} #}{% raw %}{% include "${name}.njk" %}{% endraw %}{{ '{% include "${name}.njk" %}' }}`,
  includeEither: (a, b) => `{% include "${a}.njk" if yes else "${b}.njk" %}`,
  includeIn: (folder) => `{% include "${folder}/" + name + ".njk" %}`,
})

describe('the digest of a template of Nunjucks', () => {
  async function renders(templates: Record<string, string>, upper: (text: string) => string) {
    const caches = opened.caches
    const loader = { getSource: (name: string) => source(templates, name) }
    const env = new nunjucks.Environment(loader)
    env.addFilter('upper', upper)
    addFragments(env, { nunjucks, caches, watch: false, onPersonal: 'throw' })
    const seen = vi.fn<() => string>(() => '')
    await new Promise<void>((resolve, reject) => {
      env.render('page', { seen }, (error) => (error === null ? resolve() : reject(error)))
    })
    return seen.mock.calls.length > 0
  }

  function source(templates: Record<string, string>, name: string): nunjucks.LoaderSource {
    const src = templates[name]
    // What Nunjucks takes for a template that there is not.
    if (src === undefined) return null as never
    return { src, path: name, noCache: false }
  }

  let opened: ReturnType<typeof openCaches>
  beforeEach(() => {
    opened = openCaches()
  })
  afterEach(async () => {
    await opened.caches.close()
  })

  const page =
    '{% from "macros" import m %}{% cache 900 side %}{{ seen() }}{{ m("a") }}{% endcache %}'
  const macros = '{% macro m(text) %}{{ text|upper }}{% endmacro %}'

  it('changes with a filter that it calls, also by way of a macro', async () => {
    await renders({ page, macros }, (text) => text.toUpperCase())

    expect(await renders({ page, macros }, (text) => text.toUpperCase())).toBe(false)
    expect(await renders({ page, macros }, (text) => `${text}!`)).toBe(true)
  })

  it('changes with a macro that it imports', async () => {
    const upper = (text: string): string => text
    await renders({ page, macros }, upper)

    expect(await renders({ page, macros: macros.replace('{{', '<{{') }, upper)).toBe(true)
  })

  it('does not change with the template that it extends, which is around it', async () => {
    const upper = (text: string): string => text
    const child =
      '{% extends "base" %}{% block a %}{% cache 900 side %}{{ seen() }}x{% endcache %}{% endblock %}'
    await renders({ page: child, base: '<{% block a %}{% endblock %}>' }, upper)

    expect(await renders({ page: child, base: '({% block a %}{% endblock %})' }, upper)).toBe(false)
  })

  it('counts no more where the name of the template that it extends is computed', async () => {
    const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    const child =
      '{% extends layout or "base" %}{% block a %}{% cache 900 side %}{{ seen() }}x{% endcache %}{% endblock %}'
    await renders({ page: child, base: '<{% block a %}{% endblock %}>' }, (text) => text)
    const warnings = emit.mock.calls.map(String)
    emit.mockRestore()

    expect(warnings).toEqual([])
  })
})
