import { AsyncLocalStorage } from 'node:async_hooks'
import { tagField } from '../base/generation.ts'

/** The tags of a page while its view runs. A page inside a page gives its tags to the outer one, too. */
export class TagScope {
  readonly tags: Set<string> = new Set()
  readonly #outer: TagScope | undefined = current.getStore()

  /** Runs `act`, and what it starts, with `tag(...)` writing here. */
  run<T>(act: () => T): T {
    return current.run(this, act)
  }

  add(tags: readonly string[]): void {
    for (const tag of tags) this.tags.add(tag)
    this.#outer?.add(tags)
  }
}

const current = new AsyncLocalStorage<TagScope>()

/**
 * Tags the page that is being made, from anywhere in its view: `tag('product:7')`. Invalidating one of its tags invalidates
 * the page. Outside a page it does nothing, so that views can be used without a cache.
 *
 * @throws {CacheError} `E_KEY` for a tag that is not a string of 1 to 256 bytes
 */
export function tag(...tags: string[]): void {
  for (const each of tags) tagField(each)
  current.getStore()?.add(tags)
}

/** A page from the cache is part of what the outer page shows. */
export function tagOuter(tags: readonly string[]): void {
  current.getStore()?.add(tags)
}
