import { Edge } from 'edge.js'
import { edgeViews } from '../../../src/fragments/adapters/edge/index.ts'
import { digestContract } from '../digest-contract.ts'
import { type Engine, engineContract } from '../engine-contract.ts'

const SEEN = '{{ seen() }}'

const engine: Engine = {
  extension: '.edge',
  sideFile: '_side',
  templates: {
    side: `{{{ fragment('side', { ttl: 900, template: '_side' }) }}}`,
    _side: `${SEEN}[{{ text }}]`,
    varying: `{{{ fragment('side', [id], { ttl: 900, template: '_side' }) }}}`,
    list: `@each(item in items)\n{{{ fragment('card', [item.id], { ttl: 900, template: '_card', locals: { item } }) }}}\n@end`,
    _card: `${SEEN}({{ item.name }})`,
    nested: `{{{ fragment('outer', { ttl: 900, template: '_outer', tags: 'outer' }) }}}`,
    _outer: `${SEEN}<{{{ fragment('inner', { ttl: 900, template: '_inner', tags: ['inner'] }) }}}>`,
    _inner: `${SEEN}{{ text }}`,
    hole: `{{{ fragment('login', { ttl: 900, template: '_login' }) }}}`,
    _login: `${SEEN}<form>{{{ hole('_token', { label: 'to log in' }) }}}</form>`,
    _token: '{{ label }} {{ token() }}',
    including: `{{{ fragment('side', { ttl: 900, template: '_including' }) }}}`,
    _including: `${SEEN}\n@include('part')`,
    part: '[{{ text }}]',
    failing: `{{{ fragment('side', { ttl: 900, template: '_failing' }) }}}`,
    _failing: `${SEEN}{{ fail() }}[{{ text }}]`,
    csrf: `{{{ fragment('login', { ttl: 900, template: '_csrf' }) }}}`,
    _csrf: '@let(a = 1)\n[{{ csrf_token }}]',
    branch: `{{{ fragment('login', { ttl: 900, template: '_branch' }) }}}`,
    _branch: '@if(yes)\n{{ csrf_token }}\n@end',
    calling: `{{{ fragment('login', { ttl: 900, template: '_calling' }) }}}`,
    _calling: '[\n{{ token() }}]',
    marked: `{{{ fragment('login', { ttl: 900, template: '_marked' }) }}}`,
    _marked: '[\n{{ state.secret }}]',
    user: `{{{ fragment('hello', { ttl: 900, template: '_user' }) }}}`,
    userWithin: `{{{ fragment('outer', { ttl: 900, template: '_outerUser' }) }}}`,
    _outerUser: `<{{{ fragment('hello', [user.lang], { ttl: 900, template: '_lang', varyOn: ['user'] }) }}}>`,
    _lang: '[{{ user.lang }}]',
    ownUser: `{{{ fragment('hello', [user.id], { ttl: 900, template: '_user', varyOn: ['user'] }) }}}`,
    _user: '[{{ user.name }}]',
    using: `{{{ fragment('side', { ttl: 900, template: '_side', using: 'pages' }) }}}`,
    versioned: `{{{ fragment('side', { ttl: 900, template: '_side', version: build }) }}}`,
    cacheIf: `{{{ fragment('side', { ttl: 900, template: '_side', cacheIf: cached }) }}}`,
    timeout: `{{{ fragment('side', { ttl: seconds, template: '_side' }) }}}`,
  },
  open(root, caches, { isOther: _isOther, ...options }) {
    const edge = Edge.create({ cache: !options.watch })
    edge.mount(root)
    const views = edgeViews({ edge, caches, ...options })
    return { fragments: views.fragments, render: (name, data) => views.render(name, data) }
  },
}

engineContract('Edge', engine)

digestContract('Edge', {
  open: engine.open,
  extension: engine.extension,
  page: (name) => `{{{ fragment('side', { ttl: 900, template: '${name}' }) }}}`,
  fragment: (body) => `${SEEN}\n${body}`,
  include: (name) => `\n@include('${name}')\n`,
  when: (body) => `\n@if(yes)\n${body}\n@end\n`,
  includeComputed: () => '\n@include(name)\n',
  comment: (text) => `{{-- ${text} --}}\n`,
  call: () => `{{ money('x') }}`,
  say: (name) =>
    `{{-- @include('${name}') --}}\n@{{ fragment('${name}') }}{{ "@include('${name}')" }} said: @include('${name}')\n`,
  includeEither: (a, b) => `\n@include(yes ? '${a}' : '${b}')\n`,
  includeIn: (folder) => `\n@include(\`${folder}/\${name}\`)\n`,
})
