import pg from 'pg'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { Cache } from '../../../src/cache/cache.ts'
import { schemaOf, trackedClient } from '../../../src/data/adapters/pg/index.ts'
import { type ChangeTracker, trackChanges } from '../../../src/data/tracker.ts'
import { type PostgresServer, startPostgres } from '../../servers/postgres.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { patientCache } from '../patient-cache.ts'

const PREFIX = 'shop'

const TABLES = `
  create table products (
    id int primary key, title text not null, price numeric(10, 2) not null,
    seen_at timestamptz not null default '2026-01-02T03:04:05.678Z', big bigint
  );
  create table reviews (
    id serial primary key, body text not null,
    product_id int not null references products (id) on delete cascade
  );
  create table items (id int primary key, n int not null default 0);
  create table tags (name text primary key);
  create table "_ProductToTag" (
    "A" int not null references products (id) on delete cascade,
    "B" text not null references tags (name) on delete cascade, primary key ("A", "B")
  );
`
const ROWS = `
  truncate products, reviews, items, tags, "_ProductToTag" restart identity;
  insert into products (id, title, price, big) values (1, 'one', 1.20, 9007199254740993), (2, 'two', 2.50, null);
  insert into reviews (body, product_id) values ('good', 1), ('bad', 1), ('fair', 2);
  insert into items select generate_series(1, 5);
  insert into tags values ('new');
  insert into "_ProductToTag" values (1, 'new');
`
function noting(sent: string[]): typeof pg.Client {
  // Its `query` has one type for each of the forms of a call, which no override can have.
  const Client = class extends pg.Client {}
  const query = Reflect.get(pg.Client.prototype, 'query') as (...args: unknown[]) => unknown
  Object.defineProperty(Client.prototype, 'query', {
    value(this: pg.Client, ...args: unknown[]) {
      const [first] = args as [string | { text: string }]
      sent.push(typeof first === 'string' ? first : first.text)
      return query.apply(this, args)
    },
  })
  return Client
}

/** A small database, a cache, and what is sent to the one because the other did not know. */
export class Shop {
  readonly server: PostgresServer
  readonly store: RedisServer
  readonly cache: Cache
  readonly tracker: ChangeTracker
  /** Whose connections are tracked. */
  readonly Client: typeof pg.Client
  readonly pool: pg.Pool
  /** The texts that went through tracked connections since they were last looked at. */
  readonly #sent: string[] = []

  static async open(): Promise<Shop> {
    const shop = new Shop(await startPostgres(), await startRedis())
    await shop.pool.query(TABLES)
    shop.tracker.learn(await schemaOf(shop.pool))
    return shop
  }

  private constructor(server: PostgresServer, store: RedisServer) {
    this.server = server
    this.store = store
    this.cache = patientCache(store.url, PREFIX)
    this.tracker = trackChanges(this.cache)
    this.Client = trackedClient(noting(this.#sent), this.tracker)
    this.pool = new pg.Pool({ connectionString: server.url, Client: this.Client })
  }

  /** Where another process finds the same database and the same cache. */
  get whereabouts(): {
    readonly store: string
    readonly prefix: string
    readonly database: string
  } {
    return { store: this.store.url, prefix: PREFIX, database: this.server.url }
  }

  /** The first rows again, and an empty cache. */
  async refill(): Promise<void> {
    await this.pool.query(ROWS)
    await this.cache.clear()
    this.#sent.length = 0
  }

  /** What was sent to the database while `work` ran. */
  async sending(work: () => Promise<unknown>): Promise<string[]> {
    this.#sent.length = 0
    await work()
    return this.#sent.splice(0)
  }

  /** Whether a statement waits for another's lock. */
  async isWaiting(): Promise<boolean> {
    const { rows } = await this.pool.query('select from pg_locks where not granted')
    return rows.length > 0
  }

  async close(): Promise<void> {
    await this.pool.end()
    await this.cache.close()
    await Promise.all([this.server.stop(), this.store.stop()])
  }
}

/** One for all tests of a file, filled anew before each. */
export function useShop(): () => Shop {
  let shop: Shop
  beforeAll(async () => {
    shop = await Shop.open()
  })
  beforeEach(() => shop.refill())
  afterAll(() => shop.close())
  return () => shop
}
