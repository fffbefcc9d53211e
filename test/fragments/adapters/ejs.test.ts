import ejs from 'ejs'
import { ejsViews } from '../../../src/fragments/adapters/ejs/index.ts'
import { digestContract } from '../digest-contract.ts'
import { type Engine, engineContract } from '../engine-contract.ts'

const SEEN = '<% seen() %>'

const engine: Engine = {
  extension: '.ejs',
  sideFile: '_side',
  templates: {
    side: `<%- fragment('side', { ttl: 900, template: '_side' }) %>`,
    _side: `${SEEN}[<%= text %>]`,
    varying: `<%- fragment('side', [id], { ttl: 900, template: '_side' }) %>`,
    list: `<% for (const item of items) { %><%- fragment('card', [item.id], { ttl: 900, template: '_card', locals: { item } }) %><% } %>`,
    _card: `${SEEN}(<%= item.name %>)`,
    nested: `<%- fragment('outer', { ttl: 900, template: '_outer', tags: 'outer' }) %>`,
    _outer: `${SEEN}<<%- fragment('inner', { ttl: 900, template: '_inner', tags: ['inner'] }) %>>`,
    _inner: `${SEEN}<%= text %>`,
    hole: `<%- fragment('login', { ttl: 900, template: '_login' }) %>`,
    _login: `${SEEN}<form><%- hole('_token', { label: 'to log in' }) %></form>`,
    _token: '<%= label %> <%= token() %>',
    including: `<%- fragment('side', { ttl: 900, template: '_including' }) %>`,
    _including: `${SEEN}<%- include('part') %>`,
    part: '[<%= text %>]',
    failing: `<%- fragment('side', { ttl: 900, template: '_failing' }) %>`,
    _failing: `${SEEN}<% fail() %>[<%= text %>]`,
    csrf: `<%- fragment('login', { ttl: 900, template: '_csrf' }) %>`,
    _csrf: '[<%#\n%><%= csrf_token %>]',
    branch: `<%- fragment('login', { ttl: 900, template: '_branch' }) %>`,
    _branch: '[<% if (yes)\n{ %><%= locals.csrf_token %><% } %>]',
    calling: `<%- fragment('login', { ttl: 900, template: '_calling' }) %>`,
    _calling: '[\n<%= token() %>]',
    marked: `<%- fragment('login', { ttl: 900, template: '_marked' }) %>`,
    _marked: '[\n<%= secret %>]',
    user: `<%- fragment('hello', { ttl: 900, template: '_user' }) %>`,
    userWithin: `<%- fragment('outer', { ttl: 900, template: '_outerUser' }) %>`,
    _outerUser: `<<%- fragment('hello', [user.lang], { ttl: 900, template: '_lang', varyOn: ['user'] }) %>>`,
    _lang: '[<%= user.lang %>]',
    ownUser: `<%- fragment('hello', [user.id], { ttl: 900, template: '_user', varyOn: ['user'] }) %>`,
    _user: '[<%= user.name %>]',
    using: `<%- fragment('side', { ttl: 900, template: '_side', using: 'pages' }) %>`,
    versioned: `<%- fragment('side', { ttl: 900, template: '_side', version: build }) %>`,
    cacheIf: `<%- fragment('side', { ttl: 900, template: '_side', cacheIf: cached }) %>`,
    timeout: `<%- fragment('side', { ttl: seconds, template: '_side' }) %>`,
  },
  open(root, caches, { isOther = false, ...options }) {
    // As many programs, each with templates of its own: EJS has one cache for all.
    ejs.clearCache()
    const views = ejsViews({ ejs, root, caches, options: { rmWhitespace: isOther }, ...options })
    return { fragments: views.fragments, render: (name, data) => views.render(name, data) }
  },
}

engineContract('EJS', engine)

digestContract('EJS', {
  open: engine.open,
  extension: engine.extension,
  page: (name) => `<%- fragment('side', { ttl: 900, template: '${name}' }) %>`,
  fragment: (body) => SEEN + body,
  include: (name) => `<%- include('${name}') %>`,
  when: (body) => `<% if (yes) { %>${body}<% } %>`,
  includeComputed: () => '<%- include(name) %>',
  comment: (text) => `<%# ${text} %>`,
  call: () => `<%= money('x') %>`,
  say: (name) =>
    `<%# include('${name}') %><% const said = "include('${name}')"; /include('${name}')/.test(said) // include('${name}')
 %><%% include('${name}') %%>`,
  includeEither: (a, b) => `<%- include(yes ? '${a}' : '${b}') %>`,
  includeIn: (folder) => `<%- include(\`${folder}/\${name}\`) %>`,
})
