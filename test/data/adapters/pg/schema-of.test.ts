import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { schemaOf } from '../../../../src/data/adapters/pg/index.ts'
import type { Change } from '../../../../src/data/change.ts'
import { KnownSchema, type Schema } from '../../../../src/data/schema.ts'
import { statementsOf } from '../../../../src/data/sql-statements.ts'

const TABLES = `
  create schema audit; create schema shared; create schema hidden;
  create table products (id int primary key, code uuid unique, name text);
  create table reviews (id bigserial primary key, product_id int references products on delete cascade on update cascade);
  create table shelves (id uuid primary key, product_id int references products on delete set null);
  create table prices (product_id int, currency char(3), primary key (product_id, currency));
  create table places (id smallint, name varchar(9), at date, primary key (name, id));
  create table audit.log (at timestamptz, what text);
  create table shared.settings (name text primary key);
  create table hidden.products (id int primary key);
  create view cheap as select * from products where id < 10;
  create view cheaper as select c.* from cheap c left join reviews r on r.product_id = c.id;
  create materialized view totals as select count(*) from reviews;
  create table orders (id int, day date, primary key (id, day)) partition by range (day);
  create table orders_2026 partition of orders for values from ('2026-01-01') to ('2027-01-01');
  create table accounts (id int primary key, owner text); alter table accounts enable row level security;
  create view mine as select * from products where name = current_user;
  create function note() returns trigger language plpgsql as $$ begin
    if new.id > 1 then insert into audit.log values (now(), 'reviews'); end if; return new; end $$;
  create trigger t after insert or update on reviews for each row execute function note();
  create function deeper() returns void language sql as $$ delete from prices $$;
  create function calls() returns trigger language plpgsql as $$ begin perform deeper(); return null; end $$;
  create trigger t after delete on shelves for each statement execute function calls();
  create function dynamic() returns trigger language plpgsql as $$ begin execute 'delete from ' || 'x'; return null; end $$;
  create trigger t after insert on places for each row execute function dynamic();
  create function touch() returns trigger language plpgsql as $$ begin new.name = 'products'; return new; end $$;
  create trigger t before update on products for each row execute function touch();
  create function top() returns setof products language sql stable as $$ select * from products $$;
  create view topmost as select * from top();
  create rule r as on delete to cheap do instead delete from prices where product_id = old.id;
`

let database: PGlite
let schema: Schema
const known = new KnownSchema()

beforeAll(async () => {
  database = await PGlite.create()
  await database.exec(TABLES)
  await database.exec('set search_path to public, shared')
  schema = await schemaOf(database)
  known.learn(schema)
})
afterAll(() => database.close())

const told = (sql: string, params: unknown[] = []): string[] =>
  statementsOf(sql, params, 'postgres', known)
    .flatMap(({ changes }): readonly Change[] => changes)
    .map(
      ({ entity, operation, ids }) =>
        `${operation} ${entity}${ids === undefined ? '' : ` ${ids.join()}`}`,
    )

describe('schemaOf', () => {
  it('knows the columns of primary keys in their order, and how their values are compared', () => {
    const key = (name: string) => schema.tables.find((table) => table.name === name)?.key

    expect(key('products')).toEqual([{ name: 'id', kind: 'integer' }])
    expect(key('shelves')).toEqual([{ name: 'id', kind: 'uuid' }])
    expect(key('places')).toEqual([
      { name: 'name', kind: 'text' },
      { name: 'id', kind: 'integer' },
    ])
    expect(key('prices')?.map(({ kind }) => kind)).toEqual(['integer', 'other'])
    expect(key('audit.log')).toEqual([])
  })

  it('names a table without its schema where a query need not say it', () => {
    expect(told('delete from shared.settings')).toEqual(['delete settings'])
    expect(told('delete from settings')).toEqual(['delete settings'])
    expect(told('delete from audit.log')).toEqual(['delete audit.log'])
    expect(told('delete from hidden.products where id = 1')).toEqual(['delete hidden.products 1'])
  })

  it('knows what views read, also through others and through functions', () => {
    expect(known.under('cheaper')).toEqual(
      expect.arrayContaining(['cheaper', 'cheap', 'products', 'reviews']),
    )
    expect(known.under('topmost')).toContain('products')
    expect(known.under('totals')).toEqual(['totals'])
  })

  it('adds what foreign keys do to other tables, of an update only if it sets what they refer to', () => {
    expect(told('delete from products where id = 1')).toEqual([
      'delete products 1',
      'delete reviews',
      'update shelves',
    ])
    expect(told("update products set name = '' where id = 1")).toEqual(['update products 1'])
    expect(told('update products set id = 2 where id = 1')).toEqual([
      'update products',
      'update reviews',
      'unknown audit.log',
    ])
  })

  it('adds what triggers do, by the text of their functions and of those they call', () => {
    expect(told('insert into reviews (id) values (1)')).toEqual([
      'insert reviews 1',
      'unknown audit.log',
    ])
    expect(told('delete from shelves')).toEqual(['delete shelves', 'unknown prices'])
  })

  it('takes a trigger whose statements are put together while it runs for a change of everything', () => {
    expect(told('insert into places (id) values (1)')).toEqual(
      expect.arrayContaining(['unknown *', 'unknown products', 'unknown audit.log']),
    )
  })

  it('takes partitions and their parent for two names of the same rows', () => {
    expect(told('insert into orders_2026 values (1)')).toEqual([
      'insert orders_2026',
      'insert orders',
    ])
    expect(told('delete from orders')).toEqual(['delete orders', 'delete orders_2026'])
  })

  it('takes a write to a view for one to the tables under it, and what its rules change', () => {
    expect(told('update cheap set name = 1')).toEqual(expect.arrayContaining(['update products']))
    expect(told('delete from cheap')).toEqual(
      expect.arrayContaining(['delete products', 'unknown prices']),
    )
  })

  it('knows which rows are shown to some and not to others', () => {
    expect(known.isPersonal('accounts')).toBe(true)
    expect(known.isPersonal('mine')).toBe(true)
    expect(known.isPersonal('products')).toBe(false)
  })

  it.for([
    [
      'update products set name = \'x\' where ("products"."id" = $1 AND 1=1)',
      [7],
      'update products 7',
    ],
    ['update products set name = $2 where id in ($1, 3)', [7], 'update products 7,3'],
    ['delete from prices where product_id = any($1) and currency = 1', [[1]], 'delete prices'],
    ['update places set at = null where id = 7 and name = $1', ['a:b'], 'update places a%3Ab:7'],
    ['update products set name = 1 where id = $1 or true', [7], 'update products'],
    ['update products set name = 1 where name between 1 and id = 5', [], 'update products'],
    ['update products set name = 1 where not id = 5', [], 'update products'],
    ["update products set name = 1 where id = '07'", [], 'update products'],
    ['update products set name = 1 where id = $1', ['7 '], 'update products'],
    ['update products set name = 1 where id = $1', [7.5], 'update products'],
    [
      'update products p set name = 1 from reviews products where products.id = 7',
      [],
      'update products',
    ],
    ["update places set at = null where id = 7 and name = 'A'::citext", [], 'update places'],
    ['insert into settings values ($1) on conflict do nothing', ['x'], 'unknown settings'],
  ] as const)('reads rows from %s', ([sql, params, expected]) => {
    expect(told(sql, [...params])[0]).toBe(expected)
  })
})
