// examples/http/h3.ts
import { createCaches } from 'breakwater'
import { cachePage } from 'breakwater/h3'
import { H3 } from 'h3'

const caches = createCaches()
let views = 0

const app = new H3()
app.get('/lamps', () => `<h1>Lamps, made ${++views} times</h1>`, {
  middleware: [cachePage(caches.default, '60s')],
})

for (const time of ['first', 'second']) {
  const response = await app.request('/lamps')
  console.log(time, await response.text())
}

await caches.close()
