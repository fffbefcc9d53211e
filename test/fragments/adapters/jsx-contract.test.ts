// Requirement: JSX is one of the engines. Its templates are components, one a file, so that they can change like any others.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Script } from 'node:vm'
import { type DigestWords, digestContract } from '../digest-contract.ts'
import { type ContractSite, type Engine, engineContract } from '../engine-contract.ts'
import { type Given, type JsxSite, openHono, openReact } from './jsx-sites.ts'

const SEEN = '${props.seen()}'
/** As JSX has `<Cached …><Part {...props} /></Cached>`. */
const cached = (name: string, part: string, more = ''): string =>
  `\${el(Cached, { name: '${name}', ttl: '900s', ${more} }, el(part('${part}'), props))}`

/** Signs of the suite that JSX would escape. */
const SIGNS = [
  ['‹', '<'],
  ['›', '>'],
] as const

const templates: Engine['templates'] = {
  side: cached('side', '_side'),
  _side: `${SEEN}[\${props.text}]`,
  varying: cached('side', '_side', 'vary: [props.id]'),
  list: `\${el(Several, null, ...props.items.map((item) => el(Cached, { name: 'card', vary: [item.id], ttl: '900s' }, el(part('_card'), { item, seen: props.seen }))))}`,
  _card: `${SEEN}(\${props.item.name})`,
  nested: cached('outer', '_outer', `tags: ['outer']`),
  _outer: `${SEEN}‹${cached('inner', '_inner', `tags: ['inner']`)}›`,
  _inner: `${SEEN}\${props.text}`,
  hole: cached('login', '_login'),
  _login: `${SEEN}\${el('form', null, el(Hole, { name: 'login-token', args: { label: 'to log in' } }))}`,
  including: `\${el(Cached, { name: 'side', ttl: '900s' }, el(part('_seen'), props), el(part('part'), props))}`,
  _seen: SEEN,
  part: '[${props.text}]',
  failing: cached('side', '_failing'),
  _failing: `${SEEN}\${props.fail()}[\${props.text}]`,
  csrf: cached('login', '_csrf'),
  _csrf: '[${\nString(props.csrf_token)}]',
  branch: cached('login', '_branch'),
  _branch: '[${props.yes ?\nString(props.csrf_token) : null}]',
  calling: cached('login', '_calling'),
  _calling: '[${\nprops.token()}]',
  marked: cached('login', '_marked'),
  _marked: '[${\nString(props.secret)}]',
  user: cached('hello', '_user'),
  userWithin: cached('outer', '_outerUser'),
  _outerUser: `‹${cached('hello', '_lang', `vary: [props.user.lang], varyOn: ['user']`)}›`,
  _lang: '[${props.user.lang}]',
  ownUser: cached('hello', '_user', `vary: [props.user.id], varyOn: ['user']`),
  _user: '[${props.user?.name}]',
  using: cached('side', '_side', `using: 'pages'`),
  versioned: cached('side', '_side', `version: props.build`),
  cacheIf: cached('side', '_side', 'cacheIf: props.cached'),
  timeout: `\${el(Cached, { name: 'side', ttl: props.seconds + 's' }, el(part('_side'), props))}`,
}

type Open = (given: Given) => JsxSite
type Component = (props: object) => unknown

/** The components of a folder, by name, of one program that has read them once. */
function componentsIn(folder: string, site: JsxSite, helpers: object, watch: boolean) {
  const known = new Map<string, Component>()
  const el = site.element.bind(site)
  /** What stands between texts is a child of its own. */
  const show = (texts: readonly string[], ...values: unknown[]): unknown =>
    el(site.Several, null, ...texts.flatMap((text, at) => [text, values[at] ?? null]))
  const part = (name: string): Component => {
    const before = known.get(name)
    if (before !== undefined && !watch) return before
    const file = join(folder, `${name}.jsx`)
    const called = name.replaceAll(/\W/g, '_')
    const code = `({ Cached, Hole, Several, el, helpers, part, show }) => function ${called}(props) { return show\`${readFileSync(file, 'utf8')}\` }`
    const make = new Script(code, { filename: file }).runInThisContext() as (
      scope: object,
    ) => Component
    const component = make({ ...site, el, helpers, part, show })
    known.set(name, component)
    return component
  }
  return part
}

function engineOf(open: Open): Engine {
  return {
    extension: '.jsx',
    templates,
    sideFile: '_side',
    place: (template) => {
      // What reads it is named, where that is not the component itself.
      if (template === 'calling') return /in Object\.token \(.*engine-contract\.ts:\d+\)/
      return new RegExp(`in _${template} \\(.*_${template}\\.jsx:[12]\\)`)
    },
    open(folder, caches, { helpers = {}, holes = {}, isOther: _isOther, watch, ...options }) {
      const components = Object.entries(holes).map(([name, render]) => {
        return [name, ({ label }: { label: unknown }) => render(label)] as const
      })
      const given = { caches, version: 'a', holes: Object.fromEntries(components), ...options }
      const site = open(given as Given)
      const part = componentsIn(folder, site, helpers, watch)
      return {
        fragments: site.fragments,
        async render(template, data) {
          const shown = await site.show(site.element(part(template), data))
          const text = shown.replaceAll(/<\/?(?:div|span)>/g, '')
          return SIGNS.reduce((all, [written, sign]) => all.replaceAll(written, sign), text)
        },
      }
    },
  }
}

/** A program knows which component shows which when it has rendered a fragment once. */
function opensKnowing({ open }: Engine): DigestWords['open'] {
  return (...given): ContractSite => {
    const site = open(...given)
    return {
      ...site,
      async render(template, data) {
        let isFirst = true
        const see = data['seen'] as () => string
        const seen = (): string => (isFirst ? '' : see())
        await site.render(template, { ...data, seen, turn: 'first' })
        isFirst = false
        return await site.render(template, { ...data, seen, turn: 'second' })
      },
    }
  }
}

for (const [name, open] of [
  ['Hono JSX', openHono],
  ['React', openReact],
] as const) {
  const engine = engineOf(open)

  engineContract(name, engine)

  digestContract(name, {
    open: opensKnowing(engine),
    extension: engine.extension,
    page: (template) => cached('side', template, 'vary: [props.turn]'),
    fragment: (body) => SEEN + body,
    include: (part) => `\${el(part('${part}'), props)}`,
    when: (body) => `\${props.yes ? show\`${body}\` : null}`,
    includeComputed: () => '${el(part(props.name), props)}',
    comment: (text) => `\${/* ${text} */ ''}`,
    call: () => `\${helpers.money('x')}`,
    say: (part) => `\${/* el(part('${part}')) */ "el(part('${part}'))"}`,
    includeEither: (a, b) => `\${el(part(props.yes ? '${a}' : '${b}'), props)}`,
    includeIn: (folder) => `\${el(part('${folder}/' + props.name), props)}`,
  })
}
