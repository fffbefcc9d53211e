// Who a visitor is, kept in an alias of its own. It lies beside the cache on one Redis, and is no cache: nothing can load a
// session anew. So it has another prefix, which no `clear()` of the cache concerns, no budget that would remove what was
// not used for long, and says so when Redis is away instead of taking everybody for a stranger.
import { createHash, randomBytes } from 'node:crypto'
import { type Cache, isCacheError } from 'breakwater'
import { moveCart } from './data/carts.ts'
import { findVisitor, type User } from './data/users.ts'
import type { Query } from './database/database.ts'

export interface Session {
  readonly id: string
  readonly user: User | undefined
  readonly cartCount: number
}

interface Kept {
  readonly userId: number | null
}

export class Sessions {
  readonly #kept: Cache
  readonly #query: Query

  constructor(kept: Cache, query: Query) {
    this.#kept = kept
    this.#query = query
  }

  /** @returns undefined for an id that is not, or no longer, one of ours */
  async find(id: string): Promise<Session | undefined> {
    const kept = (await this.#kept.get(keyOf(id))) as Kept | undefined
    if (!kept) return undefined
    return { id, ...(await findVisitor(this.#query, id, kept.userId)) }
  }

  async start(user?: User): Promise<Session> {
    const id = randomBytes(24).toString('base64url')
    const kept: Kept = { userId: user?.id ?? null }
    await this.#kept.set(keyOf(id), kept)
    return { id, user, cartCount: 0 }
  }

  /** Gives the visitor a new session with the old one's cart: an id known before the login must not be worth anything after it. */
  async logIn(previous: Session | undefined, user: User): Promise<Session> {
    const session = await this.start(user)
    if (!previous) return session
    await moveCart(this.#query, previous.id, session.id)
    await this.end(previous.id)
    return { ...session, cartCount: previous.cartCount }
  }

  async end(id: string): Promise<void> {
    await this.#kept.delete(keyOf(id))
  }
}

/** An id is a secret, and what it is kept under is seen by whoever lists keys. */
function keyOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

/** Whether sessions cannot be asked. Who somebody is, is unknown then, and not "nobody". */
export function areAway(error: unknown): boolean {
  return isCacheError(error) && error.code.startsWith('E_STORE_')
}
