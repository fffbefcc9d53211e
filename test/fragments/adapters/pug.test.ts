import pug from 'pug'
import { pugViews } from '../../../src/fragments/adapters/pug/index.ts'
import { digestContract } from '../digest-contract.ts'
import { type Engine, engineContract } from '../engine-contract.ts'

const SEEN = '- seen()\n'

const engine: Engine = {
  extension: '.pug',
  sideFile: '_side',
  templates: {
    side: `!= fragment('side', { ttl: 900, template: '_side' })`,
    _side: `${SEEN}| [#{text}]`,
    varying: `!= fragment('side', [id], { ttl: 900, template: '_side' })`,
    list: `each item in items\n  != fragment('card', [item.id], { ttl: 900, template: '_card', locals: { item } })`,
    _card: `${SEEN}| (#{item.name})`,
    nested: `!= fragment('outer', { ttl: 900, template: '_outer', tags: 'outer' })`,
    _outer: `${SEEN}| <!{fragment('inner', { ttl: 900, template: '_inner', tags: ['inner'] })}>`,
    _inner: `${SEEN}= text`,
    hole: `!= fragment('login', { ttl: 900, template: '_login' })`,
    _login: `${SEEN}form!= hole('_token', { label: 'to log in' })`,
    _token: '| #{label} #{token()}',
    including: `!= fragment('side', { ttl: 900, template: '_including' })`,
    _including: `${SEEN}include part`,
    part: '| [#{text}]',
    failing: `!= fragment('side', { ttl: 900, template: '_failing' })`,
    _failing: `${SEEN}- fail()\n| [#{text}]`,
    csrf: `!= fragment('login', { ttl: 900, template: '_csrf' })`,
    _csrf: '- const a = 1\n| [#{csrf_token}]',
    branch: `!= fragment('login', { ttl: 900, template: '_branch' })`,
    _branch: 'if yes\n  p(class=csrf_token)',
    calling: `!= fragment('login', { ttl: 900, template: '_calling' })`,
    _calling: 'p\n  | [#{token()}]',
    marked: `!= fragment('login', { ttl: 900, template: '_marked' })`,
    _marked: 'p\n  | [#{secret}]',
    user: `!= fragment('hello', { ttl: 900, template: '_user' })`,
    userWithin: `!= fragment('outer', { ttl: 900, template: '_outerUser' })`,
    _outerUser: `| <!{fragment('hello', [user.lang], { ttl: 900, template: '_lang', varyOn: ['user'] })}>`,
    _lang: '| [#{user.lang}]',
    ownUser: `!= fragment('hello', [user.id], { ttl: 900, template: '_user', varyOn: ['user'] })`,
    _user: '| [#{user.name}]',
    using: `!= fragment('side', { ttl: 900, template: '_side', using: 'pages' })`,
    versioned: `!= fragment('side', { ttl: 900, template: '_side', version: build })`,
    cacheIf: `!= fragment('side', { ttl: 900, template: '_side', cacheIf: cached })`,
    timeout: `!= fragment('side', { ttl: seconds, template: '_side' })`,
  },
  open(root, caches, { isOther = false, ...options }) {
    // As many programs, each with templates of its own: Pug has one cache for all.
    Object.assign(pug, { cache: {} })
    const views = pugViews({
      pug,
      root,
      caches,
      options: isOther ? { doctype: 'xml' } : {},
      ...options,
    })
    return { fragments: views.fragments, render: (name, data) => views.render(name, data) }
  },
}

engineContract('Pug', engine)

digestContract('Pug', {
  open: engine.open,
  extension: engine.extension,
  page: (name) => `!= fragment('side', { ttl: 900, template: '${name}' })`,
  fragment: (body) => SEEN + lines(body),
  include: (name) => `!= fragment('${name}', { ttl: 0 })\n`,
  when: (body) => `if yes\n  ${body.trimEnd().replaceAll('\n', '\n  ')}\n`,
  includeComputed: () => '!= fragment(name, { ttl: 0 })\n',
  comment: (text) => `//- ${text}\n`,
  call: () => `= money('x')\n`,
  say: (name) =>
    `//- != fragment('${name}')\n| include ${name}\np= "fragment('${name}')"\n- // fragment('${name}')\n`,
  includeEither: (a, b) => `!= fragment(yes ? '${a}' : '${b}', { ttl: 0 })\n`,
  includeIn: (folder) => `!= fragment('${folder}/' + name, { ttl: 0 })\n`,
})

function lines(body: string): string {
  return body.replace(/(^|\n)(\w[\w, ]*)$/, '$1| $2')
}
