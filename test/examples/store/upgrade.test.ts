import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addToCart } from '../../../examples/store/data/carts.ts'
import { placeOrder } from '../../../examples/store/data/orders.ts'
import { openDatabase } from '../../../examples/store/database/database.ts'
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts'

/** As databases were when sessions were a table, and orders had no mails. */
const EARLIER = `
  drop table mails_due;
  create table sessions (id text primary key);
  alter table cart_items add foreign key (session_id) references sessions on delete cascade;
`

describe('a database that an earlier shop has filled', () => {
  let server: PostgresServer

  beforeAll(async () => {
    server = await startPostgres()
  }, 60_000)
  afterAll(async () => {
    await server.stop()
  })

  it('is brought up to date when it is opened', async () => {
    const earlier = await openDatabase(server.url)
    for (const statement of EARLIER.split(';').filter((text) => text.trim() !== ''))
      await earlier.query(statement)
    await earlier.close()

    const database = await openDatabase(server.url)
    await addToCart(database.query, 'kept-elsewhere', 7)
    const { outcome } = await placeOrder(database, 'kept-elsewhere', 1)
    const due = await database.query<object>('select id from mails_due')
    await database.close()

    expect([outcome, due.length]).toEqual(['placed', 1])
  }, 90_000)
})
