import { Liquid } from 'liquidjs'
import { addFragments } from '../../../src/fragments/adapters/liquid/index.ts'
import { digestContract } from '../digest-contract.ts'
import { type Engine, engineContract } from '../engine-contract.ts'

const SEEN = '{{ seen }}'

const engine: Engine = {
  extension: '.liquid',
  templates: {
    side: `{% cache 900 side %}${SEEN}[{{ text }}]{% endcache %}`,
    varying: `{% cache 900 side id %}${SEEN}[{{ text }}]{% endcache %}`,
    list: `{% for item in items %}{% cache 900 card item.id %}${SEEN}({{ item.name }}){% endcache %}{% endfor %}`,
    nested: `{% cache 900 outer tags="outer" %}${SEEN}<{% cache 900 inner tags="inner" %}${SEEN}{{ text }}{% endcache %}>{% endcache %}`,
    hole: `{% cache 900 login %}${SEEN}<form>{% nocache label="to log in" %}{{ label }} {{ token }}{% endnocache %}</form>{% endcache %}`,
    including: `{% cache 900 side %}${SEEN}{% include "part" %}{% endcache %}`,
    part: '[{{ text }}]',
    failing: `{% cache 900 side %}${SEEN}{{ fail }}[{{ text }}]{% endcache %}`,
    csrf: '{% cache 900 login %}\n[{{ csrf_token }}]{% endcache %}',
    branch: '{% cache 900 login %}[{% if yes %}\n{{ csrf_token }}{% endif %}]{% endcache %}',
    calling: '{% cache 900 login %}[\n{{ token }}]{% endcache %}',
    marked: '{% cache 900 login %}[\n{{ secret }}]{% endcache %}',
    user: '{% cache 900 hello %}[{{ user.name }}]{% endcache %}',
    userWithin:
      '{% cache 900 outer %}<{% cache 900 hello user.lang %}[{{ user.lang }}]{% endcache %}>{% endcache %}',
    ownUser: '{% cache 900 hello user.id %}[{{ user.name }}]{% endcache %}',
    using: `{% cache 900 side using="pages" %}${SEEN}[{{ text }}]{% endcache %}`,
    versioned: `{% cache 900 side version=build %}${SEEN}[{{ text }}]{% endcache %}`,
    cacheIf: `{% cache 900 side cacheIf: cached %}${SEEN}[{{ text }}]{% endcache %}`,
    timeout: `{% cache seconds side %}${SEEN}[{{ text }}]{% endcache %}`,
  },
  open(folder, caches, { helpers = {}, isOther = false, ...options }) {
    const liquid = new Liquid({
      root: folder,
      extname: '.liquid',
      ...(isOther ? {} : { outputEscape: 'escape' }),
      cache: !options.watch,
    })
    for (const [name, helper] of Object.entries(helpers)) liquid.registerFilter(name, helper)
    const fragments = addFragments(liquid, { caches, ...options })
    return {
      fragments,
      render: async (template, data) => String(await liquid.renderFile(template, data)),
    }
  },
}

engineContract('LiquidJS', engine)

digestContract('LiquidJS', {
  open: engine.open,
  extension: engine.extension,
  fragment: (body) => `{% cache 900 side %}${SEEN}${body}{% endcache %}`,
  include: (name) => `{% include "${name}" %}`,
  when: (body) => `{% if yes %}${body}{% endif %}`,
  includeComputed: () => '{% include name %}',
  comment: (text) => `{% comment %}${text}{% endcomment %}`,
  call: () => '{{ "x" | money }}',
  say: (name) =>
    `{% comment %}{% include "${name}" %}{% endcomment %}{% raw %}{% include "${name}" %}{% endraw %}`,
  includeIn: (folder) => `{% include "${folder}/{{ name }}" %}`,
})
