import type { HolePlaces } from '../cache/hole.ts'
import { currentMaking, Making } from '../cache/making.ts'
import type { Reads } from './reads.ts'

/** What is known of a page while its view runs. A page inside a page gives its tags to the outer one, too. */
export class TagScope extends Making {
  readonly tags: Set<string> = new Set()
  /** Records what the view reads; `undefined` where the page is not being made for others. */
  reads: Reads | undefined
  /** Who is asking is a part of the key. */
  userIsKeyed = false
  /** Who is asking, where that is a part of the key; `undefined` is nobody. */
  principal: string | undefined
  /** How many caches of whole sites it is asked of. */
  sites = 0
  /** Under which it is being made for others, if it is. */
  key: string | undefined
  /** Told of the path of a page that a cache within takes into its care. */
  takenOver: ((path: string) => void) | undefined
  /** The part of the query that the key has, with its `?`; `undefined` when it has all of it. */
  query: string | undefined
  /** Where holes of an owner can be put; `undefined` where no page of its route keeps any. */
  holePlaces: ((owner: object) => HolePlaces | undefined) | undefined

  override add(tags: readonly string[]): void {
    for (const tag of tags) this.tags.add(tag)
    this.outer?.add(tags)
  }

  /** A cache within answers for this path from now on: this page and those around it are told. */
  takeOver(path: string): void {
    for (const page of this.all(TagScope)) page.takenOver?.(path)
  }

  /** Whether this page or one around it is being made under this key: who waited for it here would wait for itself. */
  isMadeUnder(key: string): boolean {
    for (const page of this.all(TagScope)) if (page.key === key) return true
    return false
  }

  override personal(what: string): void {
    this.reads?.shows(what, 'by mistake')
    this.outer?.personal(what)
  }

  override differs(what: string): void {
    this.reads?.shows(what, 'as it says')
    this.outer?.differs(what)
  }

  /** Its own {@link Reads} has heard of it, and so has that of a page around it. */
  override read(): void {}

  override user(user: unknown): void {
    this.reads?.user(user, this.userIsKeyed)
  }

  /** For this page a hole is a hole; for one around it, whose view has this one's answer, it is one request's own. */
  showsHole(): void {
    this.outer?.differs('what is rendered each time')
  }

  override places(owner: object): HolePlaces | undefined {
    return this.holePlaces?.(owner)
  }

  override hides(reads: object): boolean {
    return reads !== this.reads && super.hides(reads)
  }
}

/** The page whose view is running here; `undefined` outside of any. */
export function currentPage(): TagScope | undefined {
  return Making.nearest(TagScope)
}

/** A page from the cache is part of what the outer page shows. */
export function tagOuter(tags: readonly string[]): void {
  currentMaking()?.add(tags)
}

/**
 * Runs `act`, and what it reads of the request before it returns does not select the page: for a logger inside a view, which
 * reads what the page does not show. What a promise of `act` reads later counts again.
 */
export function untracked<T>(act: () => T): T {
  const reads = currentPage()?.reads
  return reads === undefined ? act() : reads.untracked(act)
}

/**
 * Says that the page which is being made depends on who is asking. Call it where the application hands that out, such as in
 * its `currentUser()`, if it keeps the user elsewhere than in `request.user`. The page is then kept by user, where option
 * `user` tells them apart, and otherwise only for nobody.
 *
 * @param user what is handed out; `undefined` and `null` are nobody
 */
export function readsUser(user: unknown): void {
  currentMaking()?.user(user)
}

/**
 * The value of one cookie, exactly as the browser sent it; `undefined` when there is none. Unlike a read of the whole field
 * Cookie it makes only this cookie select the page.
 */
export function readCookie(
  request: { readonly headers: Headers },
  name: string,
): string | undefined {
  const reads = currentPage()?.reads
  reads?.cookie(name)
  const read = (): string | undefined => {
    for (const pair of request.headers.get('cookie')?.split(';') ?? []) {
      const equals = pair.indexOf('=')
      if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1)
    }
    return undefined
  }
  return reads === undefined ? read() : reads.untracked(read)
}
