// examples/fragments/liquid.ts
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCaches } from 'breakwater'
import { addFragments } from 'breakwater/liquid'
import { Liquid } from 'liquidjs'

const root = await mkdtemp(join(tmpdir(), 'views-'))
await writeFile(
  join(root, 'page.liquid'),
  '{% cache 900 sidebar category tags="menu" %}{{ rows }}{% nocache %} for {{ name }}{% endnocache %}{% endcache %}',
)

const caches = createCaches()
const liquid = new Liquid({ root, extname: '.liquid' })
addFragments(liquid, { caches })
let queries = 0

const show = (name: string): Promise<string> =>
  // A function in the data is called when its name is rendered.
  liquid.renderFile('page', { category: 'lamps', name, rows: () => `${++queries}. menu of lamps` })

console.log(await show('Ada'))
console.log(await show('Bob'))
await caches.default.invalidateTags(['menu'])
console.log(await show('Cleo'))

await caches.close()
await rm(root, { recursive: true })
