// Sessions in a database, with the cache before it: written to the database first and to the cache after, so that the cache
// never knows more, and the database still serves when the cache is away.
//
// What the cache holds may be behind when it was away while the database was written and this process died before it could
// tell: for no longer than `cacheFor`. Nothing is overwritten by that: the database writes only over the version that was
// read, and says when it was another.
import { CacheError, isCacheError } from '../base/errors.ts'
import type { SessionDatabase, SessionRow } from '../base/session-database.ts'
import type { Vault } from '../cache/vault.ts'
import type { KeptSession, SessionBackend, SessionData, SessionDraft } from './backend.ts'
import { isSessionId, newSessionId, sessionKey } from './id.ts'

export interface WriteThroughTimes {
  readonly tombstoneMs: number
  readonly cacheMs: number
}

/** What the cache holds of a row. */
interface Copy extends SessionDraft {
  readonly version: number
}

/** Copies that lose against others are tried again this often; each loss means that somebody else's came in between. */
const MAX_ATTEMPTS = 8

export class WriteThroughBackend implements SessionBackend {
  readonly #vault: Vault
  readonly #database: SessionDatabase
  readonly #times: WriteThroughTimes

  constructor(vault: Vault, database: SessionDatabase, times: WriteThroughTimes) {
    this.#vault = vault
    this.#database = database
    this.#times = times
  }

  now(): number {
    return this.#vault.now()
  }

  isId(id: unknown): id is string {
    return isSessionId(id)
  }

  copy(data: SessionData): SessionData {
    return this.#vault.copy(data) as SessionData
  }

  async read(id: string, exact = false): Promise<KeptSession | undefined> {
    const key = sessionKey(id)
    const began = this.now()
    const found = await this.#spared(key, async () => await this.#vault.read(key))
    if (found === 'buried') return undefined
    if (found !== undefined && !exact) {
      const copy = found.value as Copy
      if (copy.endsAt > began) return keptOf(copy)
    }
    const row = await this.#ask(async () => await this.#database.load(key))
    if (row === undefined || row.endsAt <= this.now()) return undefined
    const copy = this.#decode(key, row)
    if (copy === undefined) return undefined
    // Later than a tombstone lasts, nothing would tell that the session has been ended meanwhile.
    if (this.now() - began < this.#times.tombstoneMs / 2) await this.#keepCopy(key, copy)
    return keptOf(copy)
  }

  async create(id = newSessionId(), draft: SessionDraft): ReturnType<SessionBackend['create']> {
    const key = sessionKey(id)
    const found = await this.#spared(key, async () => await this.#vault.read(key))
    if (found !== undefined) return undefined
    const row = this.#row(key, draft, 1)
    const created = await this.#ask(async () => await this.#database.create(key, row))
    if (!created) return undefined
    await this.#keepCopy(key, { ...draft, version: 1 })
    return { id, mark: '1' }
  }

  async replace(id: string, draft: SessionDraft, over: string): Promise<string | undefined> {
    const key = sessionKey(id)
    const version = Number(over) + 1
    const row = this.#row(key, draft, version)
    const saved = await this.#ask(async () => await this.#database.save(key, row, version - 1))
    if (!saved) return undefined
    await this.#keepCopy(key, { ...draft, version })
    return String(version)
  }

  async touch(id: string, endsAt: number): Promise<boolean> {
    const key = sessionKey(id)
    const touched = await this.#ask(async () => await this.#database.touch(key, endsAt))
    // The copy says when the session ends; the next reader makes one that is right.
    await this.#forget(key)
    return touched
  }

  async end(id: string): Promise<boolean> {
    const key = sessionKey(id)
    const existed = await this.#ask(async () => await this.#database.destroy(key))
    // Where the cache does not hear of it, its journal tells it later, before this process reads it again.
    await this.#spared(key, async () => await this.#vault.bury(key, this.#times.tombstoneMs))
    return existed
  }

  async clearExpired(): Promise<number> {
    return await this.#ask(async () => await this.#database.clearExpired())
  }

  #row(key: string, { data, createdAt, endsAt }: SessionDraft, version: number): SessionRow {
    return { payload: this.#vault.encode(data, key), version, createdAt, endsAt }
  }

  #decode(key: string, { payload, version, createdAt, endsAt }: SessionRow): Copy | undefined {
    try {
      return { data: this.#vault.decode(payload, key) as SessionData, version, createdAt, endsAt }
    } catch (error) {
      if (!isCacheError(error, 'E_DECODE')) throw error
      this.#vault.failed('A session could not be decoded and counts as absent.', error, key)
      return undefined
    }
  }

  /** Puts a copy into the cache, unless a newer one is there. */
  async #keepCopy(key: string, copy: Copy): Promise<void> {
    const kept = await this.#spared(key, async () => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const found = await this.#vault.read(key)
        if (found === 'buried') return true
        if (found !== undefined && (found.value as Copy).version >= copy.version) return true
        const endsAt = Math.min(copy.endsAt, this.now() + this.#times.cacheMs)
        if ((await this.#vault.write(key, copy, endsAt, found?.rev)) !== undefined) return true
      }
      return false
    })
    if (kept !== true) await this.#forget(key)
  }

  async #forget(key: string): Promise<void> {
    await this.#spared(key, async () => await this.#vault.remove(key))
  }

  /** The cache is only a copy: what it cannot do, the database makes good. */
  async #spared<T>(key: string, act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act()
    } catch (error) {
      this.#vault.failed('The cache of a session could not be asked; its database was.', error, key)
      return undefined
    }
  }

  async #ask<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act()
    } catch (error) {
      if (isCacheError(error)) throw error
      const why = error instanceof Error ? error.message : String(error)
      throw new CacheError('E_STORE_DOWN', `The database of the sessions failed: ${why}`, {
        cause: error,
      })
    }
  }
}

function keptOf({ data, createdAt, endsAt, version }: Copy): KeptSession {
  return { data, createdAt, endsAt, mark: String(version) }
}
