// examples/fragments/nunjucks.ts
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCaches } from 'breakwater'
import { addFragments } from 'breakwater/nunjucks'
import nunjucks from 'nunjucks'

const root = await mkdtemp(join(tmpdir(), 'views-'))
await writeFile(
  join(root, 'page.njk'),
  '{% cache 900 sidebar category tags="menu" %}{{ rows() }}{% nocache %} for {{ name }}{% endnocache %}{% endcache %}',
)

const caches = createCaches()
const env = new nunjucks.Environment(new nunjucks.FileSystemLoader(root))
const { invalidate } = addFragments(env, { nunjucks, caches })
let queries = 0

const show = (name: string): Promise<string | null> =>
  new Promise((resolve, reject) => {
    const data = { category: 'lamps', name, rows: () => `${++queries}. menu of lamps` }
    env.render('page.njk', data, (error, text) => (error ? reject(error) : resolve(text)))
  })

console.log(await show('Ada'))
console.log(await show('Bob'))
await invalidate('sidebar', ['lamps'])
console.log(await show('Cleo'))

await caches.close()
await rm(root, { recursive: true })
