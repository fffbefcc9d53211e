// Version-based: the key tells which state of the row a value was made of. A changed row has another key, so nothing is ever
// invalidated, and what nobody asks for any more ends with its ttl.
import { createCaches } from 'breakwater'
import { type Product, say, Shop } from './shop.ts'

const shop = new Shop()
const caches = createCaches({ default: { ttl: '1d' } })
let rendered = 0

// What is dear is not the row but what is made of it.
const card = caches.default.define({
  key: (row: Product) => ['product', row.id, { version: row.version }],
  load: async (row) => {
    rendered++
    return `<article>Product ${row.id} for ${row.price}</article>`
  },
})

const cards = async (): Promise<string[]> =>
  await card.getMany((await shop.products([1, 2, 3])).map((row) => [row]))

say('three cards are made', (await cards()).length)
say('again: the rows are read, and no card is made', (await cards()).length)
say('cards made', rendered)
const row = await shop.changePrice(3, 90)
say('the key of the changed one', card.key(row))
say('it shows the new price', (await cards())[2])
say('cards made', rendered)
say('queries: one for the rows each time, one change', shop.queries)

await caches.close()
