import type { Vault } from '../cache/vault.ts'
import type { KeptSession, SessionBackend, SessionData, SessionDraft } from './backend.ts'
import { isSessionId, newSessionId, sessionKey } from './id.ts'

interface Value {
  readonly data: SessionData
  readonly createdAt: number
}

/** Sessions in the vault of an alias, and nowhere else. */
export class CacheBackend implements SessionBackend {
  readonly #vault: Vault
  readonly #tombstoneMs: number

  constructor(vault: Vault, tombstoneMs: number) {
    this.#vault = vault
    this.#tombstoneMs = tombstoneMs
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

  async read(id: string): Promise<KeptSession | undefined> {
    const found = await this.#vault.read(sessionKey(id))
    if (found === undefined || found === 'buried') return undefined
    const { rev, endsAt } = found
    const { data, createdAt } = found.value as Value
    return { data, createdAt, endsAt, mark: rev }
  }

  async create(id = newSessionId(), draft: SessionDraft): ReturnType<SessionBackend['create']> {
    const mark = await this.#write(id, draft, undefined)
    return mark === undefined ? undefined : { id, mark }
  }

  async replace(id: string, draft: SessionDraft, over: string): Promise<string | undefined> {
    return await this.#write(id, draft, over)
  }

  async touch(id: string, endsAt: number): Promise<boolean> {
    return await this.#vault.touch(sessionKey(id), endsAt)
  }

  async end(id: string): Promise<boolean> {
    return await this.#vault.bury(sessionKey(id), this.#tombstoneMs)
  }

  /** The store forgets what has expired by itself. */
  async clearExpired(): Promise<number> {
    return 0
  }

  async #write(
    id: string,
    draft: SessionDraft,
    over: string | undefined,
  ): Promise<string | undefined> {
    const value: Value = { data: draft.data, createdAt: draft.createdAt }
    return await this.#vault.write(sessionKey(id), value, draft.endsAt, over)
  }
}
