// examples/fragments/jsx.tsx
/** @jsxImportSource hono/jsx */
import { createCaches } from 'breakwater'
import { honoFragments } from 'breakwater/jsx'
import { Hono } from 'hono'
import { raw } from 'hono/html'
import { Fragment } from 'hono/jsx'

const caches = createCaches()
let queries = 0
let visits = 0

const Menu = ({ category }: { category: string }) => (
  <b>
    {++queries}. menu of {category}
  </b>
)
const Visits = () => <i>visit {++visits}</i>

const { Cached, fragments, Hole } = honoFragments({
  Fragment,
  raw,
  caches,
  version: '4f2a9c1', // the commit that was built
  holes: { visits: Visits },
})

const app = new Hono()
app.get('/:category', (c) => {
  const category = c.req.param('category')
  return c.html(
    <Cached name="sidebar" vary={[category]} ttl="15m" tags={['menu']}>
      <Menu category={category} />
      <Hole name="visits" />
    </Cached>,
  )
})

const show = async (path: string): Promise<string> => await (await app.request(path)).text()
console.log(await show('/lamps'))
console.log(await show('/lamps'))
await fragments.invalidate('sidebar', ['lamps'])
console.log(await show('/lamps'))

await caches.close()
