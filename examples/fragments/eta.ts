// examples/fragments/eta.ts
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCaches } from 'breakwater'
import { etaViews } from 'breakwater/eta'
import { Eta } from 'eta'

const root = await mkdtemp(join(tmpdir(), 'views-'))
const templates = {
  page: `<%~ it.fragment('sidebar', [it.category], { ttl: 900, template: 'sidebar', tags: 'menu' }) %>`,
  sidebar: `<%= it.rows() %><%~ it.hole('greeting') %>`,
  greeting: ' for <%= it.name %>',
}
for (const [name, text] of Object.entries(templates))
  await writeFile(join(root, `${name}.eta`), text)

const caches = createCaches()
const views = etaViews({ eta: new Eta({ views: root, cache: true }), caches })
let queries = 0

const show = (name: string): Promise<string> =>
  views.render('page', { category: 'lamps', name, rows: () => `${++queries}. menu of lamps` })

console.log(await show('Ada'))
console.log(await show('Bob'))
await views.fragments.invalidate('sidebar', ['lamps'])
console.log(await show('Cleo'))

await caches.close()
await rm(root, { recursive: true })
