// examples/fragments/edge.ts
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCaches } from 'breakwater'
import { edgeViews } from 'breakwater/edge'
import { Edge } from 'edge.js'

const root = await mkdtemp(join(tmpdir(), 'views-'))
const templates = {
  page: `{{{ fragment('sidebar', [category], { ttl: 900, template: 'sidebar', tags: 'menu' }) }}}`,
  sidebar: `{{ rows() }}{{{ hole('greeting') }}}`,
  greeting: ' for {{ name }}',
}
for (const [name, text] of Object.entries(templates))
  await writeFile(join(root, `${name}.edge`), text)

const caches = createCaches()
const edge = Edge.create({ cache: true })
edge.mount(root)
const views = edgeViews({ edge, caches })
let queries = 0

const show = (name: string): Promise<string> =>
  views.render('page', { category: 'lamps', name, rows: () => `${++queries}. menu of lamps` })

console.log(await show('Ada'))
console.log(await show('Bob'))
await views.fragments.invalidate('sidebar', ['lamps'])
console.log(await show('Cleo'))

await caches.close()
await rm(root, { recursive: true })
