import { CacheError, isCacheError, isOutage } from '../base/errors.ts'
import { currentMaking } from '../cache/making.ts'
import { isUnfilled } from '../cache/unfilled.ts'
import type { FragmentCache, FragmentLoad } from './fragment-cache.ts'
import type { Learning } from './learning.ts'
import type { FragmentOptions, HoleRenderer } from './options.ts'
import {
  asFragment,
  type Hole,
  type Part,
  type RefusedFragment,
  type StoredFragment,
} from './record.ts'
import { FragmentScope } from './scope.ts'

/** One fragment that is to be shown, with everything resolved. */
export interface Wanted {
  readonly cache: FragmentCache
  readonly storedKey: string
  /** Its own name as a tag, and those that it was given. */
  readonly tags: readonly string[]
  readonly options: FragmentOptions
  readonly label: string
  /** Nothing that it varies on has a value. */
  readonly forNobody: boolean
  readonly throws: boolean
  readonly remedy: string
  /** What is known before it is rendered to make it one visitor's own. */
  readonly personal: string | undefined
  /** The renderer of one of its holes; `undefined` for one that cannot be rendered from outside of it. */
  readonly hole: (name: string) => HoleRenderer | undefined
  /** Where it stands; its label has it, too. */
  readonly where: string | undefined
  /** Where the code stands that reads something now. */
  readonly place: (() => string | undefined) | undefined
  /** Of the page around it. */
  readonly variables: object | undefined
  /** See {@link FragmentRequest}. */
  readonly knows: ((made: string) => boolean) | undefined
  readonly learning: Learning
  /** Which fragment it is, whatever it varies on. */
  readonly kind: string
  readonly body: () => Promise<string> | string
}

/** What a rendering brought. */
export interface Rendered {
  readonly parts: readonly Part[]
  readonly tags: readonly string[]
  /** What it was made by, as it turned out. */
  readonly made: readonly string[]
  /** What it shows that is one visitor's own. */
  readonly refusal: string | undefined
  /** The same, and where that was. Only of what was rendered here. */
  readonly reason?: string | undefined
}

const REFUSED: RefusedFragment = Object.freeze({ kind: 'refused' })

/** One request's way to one fragment: from the cache, by rendering it for all, or for this request alone. */
export class Rendering {
  readonly #wanted: Wanted
  /** Markup that is put into something that is itself being made must be exact: that one lives on its own. */
  readonly #strict: boolean
  #own: Rendered | undefined
  #isRetried = false
  #failure: { readonly error: unknown } | undefined

  constructor(wanted: Wanted) {
    this.#wanted = wanted
    this.#strict = currentMaking() !== undefined
  }

  /** @param found what a read for several fragments has found for this one */
  async run(found?: unknown): Promise<Rendered> {
    const { cache, options, storedKey, tags } = this.#wanted
    if (options.cacheIf === false) return await this.#aside()
    const known = this.#servable(found)
    if (known !== undefined) return known
    let value: unknown
    try {
      value = await cache.getOrSet(storedKey, (context) => this.#load(context), {
        ...(options.ttl === undefined ? {} : { ttl: options.ttl }),
        ...(options.stale === undefined ? {} : { stale: options.stale }),
        tags,
        strict: this.#strict,
      })
    } catch (error) {
      // The template's own errors are the caller's; a cache that is away only costs time.
      if (this.#failure !== undefined) throw this.#failure.error
      if (this.#own === undefined && !isAway(error)) throw error
    }
    return this.#own ?? this.#servable(value) ?? (await this.#learn(asFragment(value)))
  }

  /**
   * Of what somebody else has made by what is not known here. The first of its kind is rendered to learn; if it is then known
   * that this process would make it by something else, it is stored anew, and that of the other goes.
   */
  async #learn(stored: StoredFragment | undefined): Promise<Rendered> {
    const { cache, kind, learning, storedKey } = this.#wanted
    if (stored === undefined || this.#isOurs(stored)) return await this.#aside()
    if (!learning.has(kind)) {
      const rendered = await learning.once(kind, () => this.#aside())
      const known = rendered ?? this.#servable(stored)
      if (known !== undefined) return known
    }
    if (this.#isRetried) return await this.#aside()
    this.#isRetried = true
    await cache.delete(storedKey).catch(spareAway)
    return await this.run()
  }

  #isOurs({ made = [] }: StoredFragment): boolean {
    const { knows } = this.#wanted
    return knows === undefined || made.every(knows)
  }

  #servable(value: unknown): Rendered | undefined {
    const stored = asFragment(value)
    if (stored === undefined || !this.#isOurs(stored)) return undefined
    const { made = [], parts, tags } = stored
    const whole = parts.every((part) => typeof part === 'string' || this.#canRender(part))
    return whole ? { made, parts, tags, refusal: undefined } : undefined
  }

  #canRender(hole: Hole): boolean {
    return this.#wanted.hole(hole.name) !== undefined
  }

  async #load(context: FragmentLoad): Promise<unknown> {
    const { tags, throws } = this.#wanted
    try {
      const rendered = await this.#render(throws)
      const refusal =
        rendered.refusal ?? this.#unreachable(rendered.parts) ?? this.#unfilled(rendered.parts)
      this.#own = rendered
      if (refusal !== undefined) {
        context.skip(`it shows ${rendered.reason ?? refusal}`)
        return REFUSED
      }
      context.tag(...rendered.tags)
      const all = [...new Set([...tags, ...rendered.tags])]
      this.#own = { ...rendered, tags: all }
      const { made, parts } = rendered
      return { kind: 'fragment', parts, tags: all, ...(made.length === 0 ? {} : { made }) }
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }

  /** A hole of a fragment inside that only that one's code can render: a hit would run none of it. */
  #unreachable(parts: readonly Part[]): string | undefined {
    const hole = parts.find((part) => typeof part !== 'string' && !this.#canRender(part))
    if (hole === undefined) return undefined
    const { name } = hole as Hole
    if (!this.#wanted.throws) return `hole '${name}'`
    throw new CacheError(
      'E_TEMPLATE',
      `Fragment ${this.#wanted.label} contains hole '${name}' of a fragment inside it, which it cannot render by itself: give it in option 'holes' of this one, or of createFragments.`,
    )
  }

  /** A text from outside of it, with a hole in it that is of what is around. */
  #unfilled(parts: readonly Part[]): string | undefined {
    if (!isUnfilled(parts)) return undefined
    const { label, remedy, throws } = this.#wanted
    if (!throws) return 'the place of a hole outside of it'
    throw new CacheError(
      'E_PERSONAL',
      `Fragment ${label} shows the place of a hole that stands outside of it, and would show an empty place to all: ask for the hole within the fragment, or ${remedy}`,
    )
  }

  /** For this request alone. */
  async #aside(): Promise<Rendered> {
    const rendered = await this.#render(false)
    return { ...rendered, tags: [...new Set([...this.#wanted.tags, ...rendered.tags])] }
  }

  async #render(throws: boolean): Promise<Rendered> {
    const { body, kind, label, learning, options, personal, place, remedy, where } = this.#wanted
    const { varyOn = [] } = options
    // What was found by reading says where it is.
    let isRunning = false
    const placeNow = (): string | undefined => (isRunning ? place?.() : undefined)
    const scope = new FragmentScope({ label, varyOn, throws, remedy, place: placeNow })
    let text: string
    try {
      const isExpected = varyOn.some((name) => personal?.startsWith(`${name} (`) === true)
      if (personal !== undefined && !isExpected) scope.personal(personal)
      isRunning = true
      // A value that is marked may be all of it, and has not been looked at yet.
      text = await scope.run(async () => String((await body()) as unknown))
    } catch (error) {
      if (scope.refusal === undefined || !throws || isCacheError(error, 'E_PERSONAL')) throw error
      throw scope.error(error)
    }
    // Somebody may have swallowed the error on its way.
    if (scope.refusal !== undefined && throws) throw scope.error()
    learning.add(kind)
    const { made, reason, refusal, tags } = scope
    const at = where === undefined || refusal === personal ? '' : ` (${where})`
    const said = reason === undefined ? undefined : reason + at
    return { made: [...made], parts: scope.split(text), tags: [...tags], refusal, reason: said }
  }
}

function spareAway(error: unknown): void {
  if (!isAway(error)) throw error
}

/** Whether the cache could not be asked. */
export function isAway(error: unknown): boolean {
  return isOutage(error) || isCacheError(error, 'E_CLOSED')
}
