// examples/http/nest.ts
import 'reflect-metadata'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { createCaches } from 'breakwater'
import { siteCache } from 'breakwater/nest'

const caches = createCaches()
let views = 0

// With TypeScript's decorators: @Controller() class Lamps { @Get('lamps') all() { … } }
class Lamps {
  all(): string {
    views++
    return '<h1>Lamps</h1>'
  }
}
const all = Object.getOwnPropertyDescriptor(Lamps.prototype, 'all') as PropertyDescriptor
Get('lamps')(Lamps.prototype, 'all', all)
Controller()(Lamps)
class Shop {
  readonly sells = 'lamps'
}
Module({ controllers: [Lamps] })(Shop)

const app = await NestFactory.create(Shop, { logger: false })
// All controllers; of one, or of a method: @UseInterceptors(cachePage(cache, '60s')).
app.useGlobalInterceptors(siteCache(caches.default, '60s'))
await app.listen(0, '127.0.0.1')

for (const time of ['first', 'second']) {
  const response = await fetch(`${await app.getUrl()}/lamps`)
  console.log(
    time,
    await response.text(),
    response.headers.get('cache-status')?.includes('hit') ? 'hit' : 'made',
  )
}
console.log(`${views} view for 2 requests`)

await app.close()
await caches.close()
