// Tags: many entries of which nobody knows all the keys are invalidated by one word, in one step.
import { createCaches } from 'breakwater'
import { say, Shop } from './shop.ts'

const shop = new Shop(10)
const caches = createCaches({ default: { ttl: '1h' } })
const cache = caches.default

/** Pages of a search: who changes a product cannot know which of them show it. */
const search = cache.define({
  key: (words: string, page: number) => ['search', words, { page }],
  load: async (words, page, { tag }) => {
    const found = await shop.inCategory(words)
    const shown = found.slice((page - 1) * 2, page * 2)
    // What it shows, and what decides who is on it.
    tag(`category:${words}`, ...shown.map(({ id }) => `product:${id}`))
    return shown.map(({ id, price }) => `${id} for ${price}`)
  },
})
const pages = async (): Promise<string[]> => {
  const found = await search.getMany([1, 2, 3].map((page) => ['shoes', page]))
  return found.map((page) => page.join(', '))
}

say('three pages', (await pages()).join(' | '))
await shop.changePrice(3, 90)
let before = shop.queries
await cache.invalidateTags(['product:3'])
say('the page that shows product 3 is made anew', (await pages()).join(' | '))
say('queries for that', shop.queries - before)
before = shop.queries
await cache.invalidateTags(['category:shoes'])
await pages()
say('a new shoe may be on any page: queries', shop.queries - before)

await caches.close()
