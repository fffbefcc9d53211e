// examples/data/sequelize.ts
import { createCaches } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { schemaOf, trackedClient } from 'breakwater/pg'
import { cachedQueries, cacheSequelize } from 'breakwater/sequelize'
import pg from 'pg'
import { DataTypes, Sequelize } from 'sequelize'

const caches = createCaches()
const tracker = trackChanges(caches.default)
const dialectModule = { ...pg, Client: trackedClient(pg.Client, tracker) }
const sequelize = cacheSequelize(
  new Sequelize(process.env['DATABASE_URL'] ?? '', { dialectModule, logging: false }),
)
const Product = sequelize.define(
  'Product',
  { id: { type: DataTypes.INTEGER, primaryKey: true }, price: DataTypes.INTEGER },
  { tableName: 'products', timestamps: false },
)
await Product.sync({ force: true })
await Product.bulkCreate([
  { id: 7, price: 1990 },
  { id: 8, price: 500 },
])
const query = async (sql: string) => ({
  rows: (await sequelize.query(sql))[0] as Record<string, unknown>[],
})
tracker.learn(await schemaOf({ query }))
const cached = cachedQueries(tracker)

async function show(): Promise<void> {
  const { hits } = caches.default.measures().counts
  const price = (id: number) => cached(() => Product.findByPk(id), { ttl: '1h' })
  const shown = JSON.stringify([await price(7), await price(8)])
  console.log(`${shown}: ${caches.default.measures().counts.hits - hits} hits`)
}
await show()
await show()
await Product.increment({ price: -200 }, { where: { id: 7 } })
await show() // 7 is asked for anew, 8 is still a hit

await sequelize.close()
await caches.close()
