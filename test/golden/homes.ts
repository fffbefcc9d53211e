// Stores as they lie at rest: what a store has written is taken out of its server or folder, and put into another one.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { Redis } from 'ioredis'
import type { StoreDefinition } from '../../src/base/store.ts'
import { file } from '../../src/stores/file/index.ts'
import { memcached } from '../../src/stores/memcached/index.ts'
import { redis } from '../../src/stores/redis/index.ts'
import { createTable, sql } from '../../src/stores/sql/index.ts'
import { RawMemcached } from '../django/raw-memcached.ts'
import { startMemcached } from '../servers/memcached.ts'
import { startRedis } from '../servers/redis.ts'

/** By key, file name or row: bytes in base64, or fields of them. */
export type Dump = Readonly<Record<string, unknown>>

/** A place for a store, empty at first. */
export interface Home {
  readonly store: StoreDefinition
  readonly dump: () => Promise<Dump>
  readonly restore: (dump: Dump) => Promise<void>
  readonly stop: () => Promise<void>
}

async function folder(): Promise<Home> {
  const root = await mkdtemp(join(tmpdir(), 'breakwater-golden-'))
  return {
    store: file(root),
    async dump() {
      const found: Record<string, string> = {}
      for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name)
        if (entry.isFile()) found[path.slice(root.length + 1)] = await base64(readFile(path))
      }
      return found
    },
    async restore(dump) {
      for (const [name, bytes] of Object.entries(dump)) {
        await mkdir(dirname(join(root, name)), { recursive: true, mode: 0o700 })
        await writeFile(join(root, name), Buffer.from(String(bytes), 'base64'), { mode: 0o600 })
      }
    },
    stop: async () => await rm(root, { recursive: true, force: true }),
  }
}

async function redisServer(): Promise<Home> {
  const server = await startRedis()
  const client = new Redis(server.url)
  return {
    store: redis(server.url),
    async dump() {
      const found: Record<string, unknown> = {}
      for (const key of await client.keys('*')) {
        if ((await client.type(key)) === 'string') {
          found[key] = (await client.getBuffer(key))?.toString('base64')
        } else {
          const fields = Object.entries(await client.hgetallBuffer(key))
          found[key] = Object.fromEntries(fields.map(([at, b]) => [at, b.toString('base64')]))
        }
      }
      return found
    },
    async restore(dump) {
      for (const [key, kept] of Object.entries(dump)) {
        if (typeof kept === 'string') await client.set(key, Buffer.from(kept, 'base64'))
        else {
          for (const [at, bytes] of Object.entries(kept as Record<string, string>))
            await client.hset(key, at, Buffer.from(bytes, 'base64'))
        }
      }
    },
    async stop() {
      client.disconnect()
      await server.stop()
    },
  }
}

async function memcachedServer(): Promise<Home> {
  const server = await startMemcached()
  const client = new RawMemcached(server.port)
  return {
    store: memcached(server.url),
    async dump() {
      const found: Record<string, unknown> = {}
      const listed = await server.talk('lru_crawler metadump all\r\n', /END\r\n/)
      for (const [, quoted = ''] of listed.matchAll(/^key=(\S+)/gm)) {
        const key = decodeURIComponent(quoted)
        const item = await client.get(key)
        if (item) found[key] = { flags: item.flags, bytes: item.bytes.toString('base64') }
      }
      return found
    },
    async restore(dump) {
      for (const [key, kept] of Object.entries(dump)) {
        const { flags, bytes } = kept as { flags: number; bytes: string }
        await client.set(key, { flags, bytes: Buffer.from(bytes, 'base64') })
      }
    },
    async stop() {
      client.close()
      await server.stop()
    },
  }
}

async function sqlite(): Promise<Home> {
  const root = await mkdtemp(join(tmpdir(), 'breakwater-golden-'))
  const db = new Database(join(root, 'cache.db'))
  const store = sql({ sqlite: db })
  await createTable(store)
  const [table] = db
    .prepare<[], string>("select name from sqlite_master where type = 'table'")
    .pluck()
    .all()
  return {
    store,
    async dump() {
      const rows = db.prepare<[], Record<string, unknown>>(`select * from "${table}"`).all()
      return Object.fromEntries(
        rows.map((row) => [
          Object.values(row).map(String).join(),
          Object.fromEntries(Object.entries(row).map(packed)),
        ]),
      )
    },
    async restore(dump) {
      for (const kept of Object.values(dump)) {
        const row = kept as Record<string, Packed>
        const names = Object.keys(row).map((name) => `"${name}"`)
        const places = names.map(() => '?')
        db.prepare(`insert into "${table}" (${names.join()}) values (${places.join()})`).run(
          Object.values(row).map(unpacked),
        )
      }
    },
    async stop() {
      db.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

async function base64(bytes: Promise<Buffer>): Promise<string> {
  return (await bytes).toString('base64')
}

type Packed = string | number | null | { readonly base64: string }

function packed([name, value]: [string, unknown]): [string, unknown] {
  return [
    name,
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  ]
}

function unpacked(value: Packed): string | number | null | Buffer {
  return typeof value === 'object' && value !== null ? Buffer.from(value.base64, 'base64') : value
}

export const HOMES: Readonly<Record<string, () => Promise<Home>>> = {
  file: folder,
  redis: redisServer,
  memcached: memcachedServer,
  sql: sqlite,
}
