import { Eta } from 'eta'
import { etaViews } from '../../../src/fragments/adapters/eta/index.ts'
import { digestContract } from '../digest-contract.ts'
import { type Engine, engineContract } from '../engine-contract.ts'

const SEEN = '<% it.seen() %>'

const engine: Engine = {
  extension: '.eta',
  sideFile: '_side',
  templates: {
    side: `<%~ it.fragment('side', { ttl: 900, template: '_side' }) %>`,
    _side: `${SEEN}[<%= it.text %>]`,
    varying: `<%~ it.fragment('side', [it.id], { ttl: 900, template: '_side' }) %>`,
    list: `<% for (const item of it.items) { %><%~ it.fragment('card', [item.id], { ttl: 900, template: '_card', locals: { item } }) %><% } %>`,
    _card: `${SEEN}(<%= it.item.name %>)`,
    nested: `<%~ it.fragment('outer', { ttl: 900, template: '_outer', tags: 'outer' }) %>`,
    _outer: `${SEEN}<<%~ it.fragment('inner', { ttl: 900, template: '_inner', tags: ['inner'] }) %>>`,
    _inner: `${SEEN}<%= it.text %>`,
    hole: `<%~ it.fragment('login', { ttl: 900, template: '_login' }) %>`,
    _login: `${SEEN}<form><%~ it.hole('_token', { label: 'to log in' }) %></form>`,
    _token: '<%= it.label %> <%= it.token() %>',
    including: `<%~ it.fragment('side', { ttl: 900, template: '_including' }) %>`,
    _including: `${SEEN}<%~ include('./part', it) %>`,
    part: '[<%= it.text %>]',
    failing: `<%~ it.fragment('side', { ttl: 900, template: '_failing' }) %>`,
    _failing: `${SEEN}<% it.fail() %>[<%= it.text %>]`,
    csrf: `<%~ it.fragment('login', { ttl: 900, template: '_csrf' }) %>`,
    _csrf: '[<%\n%><%= it.csrf_token %>]',
    branch: `<%~ it.fragment('login', { ttl: 900, template: '_branch' }) %>`,
    _branch: '[<% const { yes } = it; if (yes) { %>\n<%= it.csrf_token %><% } %>]',
    calling: `<%~ it.fragment('login', { ttl: 900, template: '_calling' }) %>`,
    _calling: '[\n<%= it.token() %>]',
    marked: `<%~ it.fragment('login', { ttl: 900, template: '_marked' }) %>`,
    _marked: '[<%\nconst { secret } = it %><%= secret %>]',
    user: `<%~ it.fragment('hello', { ttl: 900, template: '_user' }) %>`,
    userWithin: `<%~ it.fragment('outer', { ttl: 900, template: '_outerUser' }) %>`,
    _outerUser: `<<%~ it.fragment('hello', [it.user.lang], { ttl: 900, template: '_lang', varyOn: ['user'] }) %>>`,
    _lang: '[<%= it.user.lang %>]',
    ownUser: `<%~ it.fragment('hello', [it.user.id], { ttl: 900, template: '_user', varyOn: ['user'] }) %>`,
    _user: '[<%= it.user.name %>]',
    using: `<%~ it.fragment('side', { ttl: 900, template: '_side', using: 'pages' }) %>`,
    versioned: `<%~ it.fragment('side', { ttl: 900, template: '_side', version: it.build }) %>`,
    cacheIf: `<%~ it.fragment('side', { ttl: 900, template: '_side', cacheIf: it.cached }) %>`,
    timeout: `<%~ it.fragment('side', { ttl: it.seconds, template: '_side' }) %>`,
  },
  open(root, caches, { isOther = false, ...options }) {
    const eta = new Eta({ views: root, cache: !options.watch, autoEscape: !isOther })
    const views = etaViews({ eta, caches, ...options })
    return { fragments: views.fragments, render: (name, data) => views.render(name, data) }
  },
}

engineContract('Eta', engine)

digestContract('Eta', {
  open: engine.open,
  extension: engine.extension,
  page: (name) => `<%~ it.fragment('side', { ttl: 900, template: '${name}' }) %>`,
  fragment: (body) => SEEN + body,
  include: (name) => `<%~ include('./${name}', it) %>`,
  when: (body) => `<% if (it.yes) { %>${body}<% } %>`,
  includeComputed: () => '<%~ include(it.name) %>',
  comment: (text) => `<%/* ${text} */%>`,
  call: () => `<%= it.money('x') %>`,
  say: (name) =>
    `<%/* include('./${name}') */%><% const said = "include('./${name}')"; // include('./${name}')
 %>include('./${name}')`,
  includeEither: (a, b) => `<%~ include(it.yes ? './${a}' : './${b}', it) %>`,
  includeIn: (folder) => `<%~ include('./${folder}/' + it.name, it) %>`,
})
