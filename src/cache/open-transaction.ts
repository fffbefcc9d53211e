import { isOutage } from '../base/errors.ts'
import type { Field } from '../base/generation.ts'
import type { Announced } from '../base/store.ts'
import type { Token } from '../base/token.ts'
import type { CacheCore } from './core.ts'

/** What is said of changes at a time. */
export interface Declaration {
  /** Wire keys, with what the caller calls them. */
  readonly keys: ReadonlyMap<string, string>
  readonly fields: readonly Field[]
}

/** Of the intents' time, after which they are announced again: two renewals may fail before they are over. */
const RENEWALS = 3

/**
 * What one transaction has declared so far, and its intents in the store.
 *
 * One inside another announces under the outer one's token. Whether it is a savepoint or has a connection of its own cannot
 * be told, so both are provided for: when its work is done it invalidates at once, and the outer one does so again at its
 * end, however that ends.
 */
export class OpenTransaction {
  readonly core: CacheCore
  /** Nothing is declared any more. */
  over = false
  /** Its work has been done at least once, so that only the database knows whether it is committed. */
  mayBeCommitted = false
  readonly #timeoutMs: number
  readonly #parent: OpenTransaction | undefined
  readonly #root: OpenTransaction
  readonly #token: Token
  readonly #keys = new Map<string, string>()
  readonly #fields = new Set<Field>()
  /** Keys and fields of which the store knows. Of the outermost only, as what follows. */
  readonly #announced = new Set<string>()
  /** Announcements on their way; they never reject. */
  readonly #running = new Set<Promise<unknown>>()
  #stopTimer: (() => void) | undefined
  /** Of the current run of its work: what could not be announced, under `onOutage: 'throw'`. */
  #failures: unknown[] = []

  constructor(core: CacheCore, timeoutMs: number, parent: OpenTransaction | undefined) {
    this.core = core
    this.#timeoutMs = timeoutMs
    this.#parent = parent
    this.#root = parent === undefined ? this : parent.#root
    this.#token = parent === undefined ? core.tokens.next() : parent.#token
  }

  /** Its work begins, for the first time or again. */
  begin(): void {
    this.#failures = []
  }

  /**
   * Its work is done and may be committed from now on: waits until everything that it declared is announced, also what it
   * did not wait for itself.
   *
   * @throws what a declaration was rejected with
   */
  async ready(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running)
    if (this.#failures.length > 0) throw this.#failures[0]
    this.mayBeCommitted = true
  }

  declare(say: () => Declaration): Promise<void> {
    const declared = this.#declare(say)
    // Nobody may be waiting for it; `ready` tells.
    const settled = declared
      .catch((error: unknown) => this.#failures.push(error))
      .finally(() => this.#running.delete(settled))
    this.#running.add(settled)
    return declared
  }

  async #declare(say: () => Declaration): Promise<void> {
    const declaration = say()
    const open = this.#lastOpen
    // Too late to be announced, and too late to wait for anything.
    if (open === undefined) return void (await invalidate(this.core, declaration))

    open.#note(declaration)
    const root = this.#root
    const { keys, fields } = announcedOf(declaration)
    const news = {
      keys: keys.filter((key) => !root.#announced.has(key)),
      fields: fields.filter((field) => !root.#announced.has(field)),
    }
    if (news.keys.length + news.fields.length === 0) return
    root.#renewLater()
    const announced = await this.core.guard(
      async () => {
        await this.core.tier.intend(news, this.#token, root.#timeoutMs)
        return true
      },
      () => false,
    )
    if (announced) for (const each of [...news.keys, ...news.fields]) root.#announced.add(each)
  }

  /** This one, or the one around it if work goes on after its end. */
  get #lastOpen(): OpenTransaction | undefined {
    if (!this.over) return this
    return this.#parent === undefined ? undefined : this.#parent.#lastOpen
  }

  /** Also for those around it: their end comes later. */
  #note(declaration: Declaration): void {
    for (const [key, label] of declaration.keys) this.#keys.set(key, label)
    for (const field of declaration.fields) this.#fields.add(field)
    if (this.#parent !== undefined) this.#parent.#note(declaration)
  }

  /**
   * Invalidates what may have been changed; otherwise takes the announcements back. Never rejects.
   *
   * @param changed what is known to have been changed, of one that is inside no other; the rest of what was declared was not,
   * and is taken back. Default: all that was declared
   * @returns whether the store has confirmed it
   */
  async end(changed?: Declaration): Promise<boolean> {
    this.over = true
    this.#stopTimer?.()
    // An announcement that arrived after the end would stand until its time is over. Without one nothing is waited for: what a
    // synchronous driver has changed is invalidated before it returns.
    if (this.#running.size > 0) await Promise.all(this.#running)
    const declared = this.#declared
    if (this.#parent !== undefined) {
      if (!this.mayBeCommitted) return false
      this.#parent.mayBeCommitted = true
      return await invalidate(this.core, declared)
    }
    if (!this.mayBeCommitted) {
      await this.#withdraw(declared)
      return false
    }
    if (changed === undefined) return await invalidate(this.core, declared, this.#token)
    const applied = await invalidate(this.core, changed, this.#token)
    // Not a moment before: what covers an end that was not heard of, since its writer died or the store was away, is what was
    // announced, all of it. Nobody waits for this.
    if (applied) {
      const rest = this.#withdraw(without(declared, changed))
      this.core.runInBackground(rest, 'Intents could not be withdrawn.')
    }
    return applied
  }

  async #withdraw(declared: Declaration): Promise<void> {
    if (isEmpty(declared)) return
    const { core } = this
    const message = 'Intents could not be withdrawn; they will count as invalidations.'
    await spared(core, message, () => core.tier.withdraw(announcedOf(declared), this.#token))
  }

  #renewLater(): void {
    this.#stopTimer ??= this.core.clock.after(this.#timeoutMs / RENEWALS, () => {
      this.#stopTimer = undefined
      if (this.core.closing.aborted) return
      const renewed = this.#renew().finally(() => {
        this.#running.delete(renewed)
        if (!this.over) this.#renewLater()
      })
      this.#running.add(renewed)
    })
  }

  // All of them, also those that were not announced: the store may be back.
  async #renew(): Promise<void> {
    const { core } = this
    await spared(core, 'Intents could not be renewed.', () =>
      core.tier.intend(announcedOf(this.#declared), this.#token, this.#timeoutMs),
    )
  }

  get #declared(): Declaration {
    return { keys: this.#keys, fields: [...this.#fields] }
  }
}

function without(declared: Declaration, { keys, fields }: Declaration): Declaration {
  const left = new Set(declared.fields)
  for (const field of fields) left.delete(field)
  const others = [...declared.keys].filter(([key]) => !keys.has(key))
  return { keys: new Map(others), fields: [...left] }
}

function isEmpty({ keys, fields }: Declaration): boolean {
  return keys.size + fields.length === 0
}

function announcedOf({ keys, fields }: Declaration): Announced {
  return { keys: [...keys.keys()], fields }
}

/** @param intent goes with it */
async function invalidate(
  core: CacheCore,
  declared: Declaration,
  intent?: Token,
): Promise<boolean> {
  if (isEmpty(declared)) return true
  const { keys, fields } = announcedOf(declared)
  const options = intent === undefined ? {} : { intent }
  for (const key of keys) core.flights.detach(key)
  // Running loads are checked against the store; only those of an outage are nobody's to check.
  if (core.blind) core.flights.detach()
  const applied = await spared(core, 'What a transaction changed was not invalidated.', () =>
    Promise.all([
      keys.length === 0 ? undefined : core.tier.remove(keys, options),
      fields.length === 0 ? undefined : core.tier.bump(fields, options),
    ]),
  )
  if (!applied) core.flights.detach()
  else {
    for (const wire of declared.keys.keys()) core.tally.invalidated(wire)
    if (fields.length > 0) core.tally.invalidated()
    if (core.events.wants('invalidate')) {
      const { alias } = core
      for (const key of declared.keys.values())
        core.events.emit('invalidate', { alias, key, fields: [] })
      if (fields.length > 0) core.events.emit('invalidate', { alias, fields })
    }
  }
  return applied
}

/** Runs an act on the store that must not fail the application, whatever `onOutage` says: the database has decided already. */
async function spared(
  core: CacheCore,
  message: string,
  act: () => Promise<unknown>,
): Promise<boolean> {
  try {
    return await core.guard(
      async () => {
        await act()
        return true
      },
      () => false,
    )
  } catch (error) {
    // An outage was reported where it was met.
    if (!isOutage(error)) core.failed(message, error)
    return false
  }
}
