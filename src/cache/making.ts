import { AsyncLocalStorage } from 'node:async_hooks'
import { tagField } from '../base/generation.ts'
import type { HolePlaces } from './hole.ts'

const innermost = new AsyncLocalStorage<Making>()

/**
 * Something that is being made to be kept: a page, or a fragment of one. What is found out while it is made, anywhere in its
 * code, is said to the innermost; each tells the one around it what concerns that, too.
 */
export abstract class Making {
  /** In which this one is made. */
  protected readonly outer: Making | undefined = innermost.getStore()

  /** Runs `act`, and what it starts, as a part of this. */
  run<T>(act: () => T): T {
    return innermost.run(this, act)
  }

  /** Tags of what it shows. */
  abstract add(tags: readonly string[]): void

  /** It shows what is one request's own, which is a mistake. @param what in words: `'csrf token'` */
  abstract personal(what: string): void

  /** It shows what is another for each request, as it says itself. @param what in words: `'what is rendered each time'` */
  abstract differs(what: string): void

  /** Something of the request is read. @param what in words: `'user'`, `'cookie theme'` */
  read(what: string): void {
    this.outer?.read(what)
  }

  /** Who is asking is read. @param user what is handed out; `undefined` and `null` are nobody */
  user(user: unknown): void {
    this.outer?.user(user)
  }

  /** Where holes of `owner` can be put, to be rendered each time; `undefined` where what is made keeps none. */
  places(_owner: object): HolePlaces | undefined {
    return undefined
  }

  /** Whether what is read here is no concern of those whose reads these are. */
  hides(reads: object): boolean {
    return this.outer?.hides(reads) ?? false
  }

  /** This one and those around it that are a `kind`, from the inside out, whatever is between them. */
  *all<T extends Making>(kind: abstract new (...given: never[]) => T): Generator<T> {
    if (this instanceof kind) yield this
    if (this.outer !== undefined) yield* this.outer.all(kind)
  }

  /** The nearest from the inside out that is a `kind`. */
  static nearest<T extends Making>(kind: abstract new (...given: never[]) => T): T | undefined {
    let making = innermost.getStore()
    while (making !== undefined && !(making instanceof kind)) making = making.outer
    return making
  }
}

/** What is being made here; `undefined` outside of any. */
export function currentMaking(): Making | undefined {
  return innermost.getStore()
}

/**
 * Tags the page that is being made, or the fragment, from anywhere in its view: `tag('product:7')`. Invalidating one of its
 * tags invalidates it. Outside of both it does nothing, so that views can be used without a cache.
 *
 * @throws {CacheError} `E_KEY` for a tag that is not a string of 1 to 256 bytes
 */
export function tag(...tags: string[]): void {
  for (const each of tags) tagField(each)
  currentMaking()?.add(tags)
}
