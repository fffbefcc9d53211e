// What the adapters of session libraries share. A library hands out an object of its own for each request and gives it back to be
// stored; which state it was made of is remembered beside it.
import { isCacheError, isOutage } from '../base/errors.ts'
import type { SessionData } from './backend.ts'
import { isSame } from './merge.ts'
import type { Session } from './session.ts'
import type { SessionLife, SessionStore } from './session-store.ts'

/** An object of a library's that stands for a session during one request. */
export type Holder = object

export class LibrarySessions {
  readonly store: SessionStore
  readonly #held = new WeakMap<Holder, Session>()
  /** Stores of one holder, one after the other: the second is made of the first. */
  readonly #storing = new WeakMap<Holder, Promise<unknown>>()

  constructor(store: SessionStore) {
    this.store = store
  }

  /** From now on the session is what this object stands for. */
  hold(holder: Holder, session: Session): void {
    this.#held.set(holder, session)
  }

  /** What `holder` stands for; `undefined` for an object that was never loaded nor stored: a new session. */
  heldBy(holder: Holder): Session | undefined {
    return this.#held.get(holder)
  }

  /** @param seen what else may know which session it is, where a library copies its objects */
  async put(
    holder: Holder,
    id: string,
    data: SessionData,
    life: SessionLife,
    seen?: Session,
  ): Promise<Session> {
    const before = this.#storing.get(holder)
    const storing = (async () => {
      // Whether that one succeeded its own caller is told.
      await before?.catch(() => {})
      const known = this.#held.get(holder) ?? seen
      const stored =
        known === undefined || known.id !== id
          ? await this.store.create(data, { ...life, id })
          : await this.store.save(known, data, life)
      // The library's object does not have what others have changed: to store it again is not to undo that.
      const held = isSame(stored.data, data) ? stored : stored.asSeenWith(data)
      this.#held.set(holder, held)
      return held
    })()
    this.#storing.set(holder, storing)
    return await storing
  }
}

/**
 * How long a session lives whose cookie ends at a moment, by the clock that libraries have; `undefined` for a cookie that ends
 * with its browser.
 */
export function lifeUntil(expires: unknown): SessionLife | 'over' | undefined {
  const at = expires instanceof Date ? expires.getTime() : Date.parse(String(expires))
  if (expires === null || expires === undefined || expires === false || Number.isNaN(at))
    return undefined
  const leftMs = at - Date.now()
  return leftMs > 0 ? { ttl: { milliseconds: leftMs } } : 'over'
}

/** What JSON can carry of it, which is what these libraries' own stores keep; without names that could become a prototype. */
export function plainData(session: object): SessionData {
  const text = JSON.stringify(session)
  return JSON.parse(text, text.includes('__proto__') ? withoutPrototypes : undefined) as SessionData
}

function withoutPrototypes(name: string, value: unknown): unknown {
  return name === '__proto__' ? undefined : value
}

/** With the status that the frameworks answer such an error with. */
export function withStatus(error: unknown): unknown {
  const status = statusOf(error)
  return status === undefined
    ? error
    : Object.assign(error as Error, { status, statusCode: status })
}

function statusOf(error: unknown): number | undefined {
  // As Django answers SessionInterrupted.
  if (isCacheError(error, 'E_SESSION_ENDED')) return 400
  if (isCacheError(error, 'E_SESSION_CONFLICT')) return 409
  return isOutage(error) ? 503 : undefined
}

/** Calls back in a turn of its own, so that what the callback throws is nobody's rejection. */
export function callBack<T extends readonly unknown[]>(
  act: Promise<T>,
  callback: ((error: unknown, ...results: T | []) => void) | undefined,
): void {
  act.then(
    (results) => process.nextTick(() => callback?.(null, ...results)),
    (error: unknown) => process.nextTick(() => callback?.(withStatus(error))),
  )
}
