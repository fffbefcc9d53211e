// examples/fragments/handlebars.ts
import { createCaches } from 'breakwater'
import { handlebarsViews } from 'breakwater/handlebars'
import handlebars from 'handlebars'

const caches = createCaches()
const views = handlebarsViews({ handlebars, caches })
let queries = 0

handlebars.registerHelper('rows', () => `${++queries}. menu of lamps`)
handlebars.registerPartial('greeting', ' for {{name}}')
handlebars.registerPartial(
  'page',
  '{{#cache 900 "sidebar" category tags="menu"}}{{rows}}{{hole "greeting"}}{{/cache}}',
)

const show = (name: string): Promise<string> => views.render('page', { category: 'lamps', name })

console.log(await show('Ada'))
console.log(await show('Bob'))
await views.fragments.invalidate('sidebar', ['lamps'])
console.log(await show('Cleo'))

await caches.close()
