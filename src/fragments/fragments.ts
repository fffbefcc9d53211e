import { CacheError, isCacheError, optionError, show } from '../base/errors.ts'
import type { PageHoles } from '../cache/hole.ts'
import { currentMaking, type Making } from '../cache/making.ts'
import { cacheFor, type FragmentCache, type FragmentCaches } from './fragment-cache.ts'
import type { FragmentRequest } from './fragment-request.ts'
import { functionHoles, type HoleSource, remembered } from './hole-source.ts'
import { makeFragmentKey, storedKey, type VaryValue } from './key.ts'
import {
  checkFragmentOptions,
  type FragmentOptions,
  type FragmentsOptions,
  type HoleRenderer,
  resolveOnPersonal,
} from './options.ts'
import { type AskedHole, HolesInPages } from './holes-in-pages.ts'
import type { Part } from './record.ts'
import { Learning } from './learning.ts'
import { isAway, type Rendered, Rendering, type Wanted } from './rendering.ts'
import { FragmentScope } from './scope.ts'

const REMEDY =
  "render it by a hole (option 'holes'), or vary on it and say so in 'varyOn', or leave it outside."

/** Fragments of one application: what they are kept in, and their holes. */
export class Fragments {
  readonly #caches: FragmentCaches
  readonly #holes: Readonly<Record<string, HoleRenderer>>
  readonly #throws: boolean
  readonly #inPages: HolesInPages = new HolesInPages(this)
  readonly #learning = new Learning()

  /** @internal Use `createFragments`. */
  constructor(caches: FragmentCaches, options: FragmentsOptions) {
    this.#throws = resolveOnPersonal(options) === 'throw'
    this.#caches = caches
    this.#holes = options.holes ?? {}
    this.#inPages.add(functionHoles(this.#holes, options.version))
    if (typeof caches !== 'object' || caches === null)
      throw optionError('caches', 'a cache, or the caches of createCaches()', caches)
  }

  /**
   * The markup of a fragment: what is stored under its name and what it varies on, otherwise what `render` returns, which
   * runs once for everybody who asks.
   *
   * Tags given by `tag(...)` within it, and those of fragments and cached pages in it, are its own, too.
   *
   * @param vary everything that the markup depends on
   * @throws what `render` throws, which is not stored; {CacheError} `E_PERSONAL`, `E_TEMPLATE`, `E_ALIAS`, `E_KEY`, `E_OPTION`
   */
  readonly fragment = async (
    name: string,
    vary: readonly VaryValue[],
    render: () => Promise<string> | string,
    options: FragmentOptions = {},
  ): Promise<string> => {
    return await this.show({ name, vary, options, body: checkRender(render) })
  }

  /**
   * Many fragments in the order of `items`, all that are stored in one round trip. They are the same fragments that
   * `fragment` knows one by one.
   *
   * @param key the fragment's name and what it varies on: `(product) => ['card', product.id, product.updatedAt]`
   */
  readonly fragments = async <Item>(
    items: Iterable<Item>,
    key: (item: Item) => readonly [name: string, ...vary: VaryValue[]],
    render: (item: Item) => Promise<string> | string,
    options: FragmentOptions = {},
  ): Promise<string[]> => {
    checkRender(render)
    const requests = [...items].map((item): FragmentRequest => {
      const [name, ...vary] = key(item)
      return { name, vary, options, body: () => render(item) }
    })
    return await this.showAll(requests)
  }

  /**
   * Drops a fragment, by whichever template it was rendered, and whatever contains it.
   *
   * @param options.using the alias of its cache
   */
  readonly invalidate = async (
    name: string,
    vary: readonly VaryValue[] = [],
    options: { readonly using?: string } = {},
  ): Promise<void> => {
    await cacheFor(this.#caches, options.using).invalidateTags([makeFragmentKey(name, vary)])
  }

  /**
   * A place in a fragment that is rendered each time by the renderer of this name: put what it returns into the markup.
   * Outside of a fragment that is done at once.
   *
   * @param args for the renderer: plain data, stored with the fragment
   * @throws {CacheError} `E_OPTION` outside of a fragment, when `createFragments` was given no hole of this name
   */
  readonly hole = async (name: string, args: unknown = null): Promise<string> => {
    return await this.open({
      hole: { name, args },
      render: (context) => this.#rendererOf(name)(args, context),
    })
  }

  /**
   * What page caches need to keep pages with holes of these fragments: `cachePage(cache, '60s', { holes:
   * fragments.inPages((request) => ({ user: request.user })) })`.
   *
   * When such a page comes from the cache no view has run, so its holes see nothing of the page's variables: they see what
   * they are given where they stand, and what `context` returns. A page with a hole that needs more is not kept.
   *
   * @param context what holes may show of a request, by name. What it reads of the request does not select the page
   */
  readonly inPages = <Incoming = Request>(
    context: (request: Incoming) => object | Promise<object> = () => ({}),
  ): PageHoles<Incoming> => {
    if (typeof context !== 'function') throw optionError('context', 'a function', context)
    return {
      owner: this,
      context,
      find: async (hole, found) => await this.#inPages.stored(hole, found),
    }
  }

  /** @internal Of an engine's templates. @param options.watch these may change while the process runs */
  addHoles(source: HoleSource, { watch }: { readonly watch: boolean }): void {
    this.#inPages.add(watch ? source : remembered(source))
  }

  /** @internal */
  async open(asked: AskedHole): Promise<string> {
    const making = currentMaking()
    if (making instanceof FragmentScope) {
      lookInto(asked.hole.args)
      return making.hole(asked.hole)
    }
    return await this.#inPages.show(making, asked)
  }

  /** @internal */
  async show(request: FragmentRequest): Promise<string> {
    const wanted = this.#wanted(request)
    return await this.#put(wanted, await new Rendering(wanted).run())
  }

  /** @internal */
  async showAll(requests: readonly FragmentRequest[]): Promise<string[]> {
    const all = requests.map((request) => this.#wanted(request))
    const found = await readAll(all)
    return await Promise.all(
      all.map(async (wanted) => {
        const rendering = new Rendering(wanted)
        return await this.#put(wanted, await rendering.run(found.get(wanted)))
      }),
    )
  }

  #wanted(request: FragmentRequest): Wanted {
    const {
      body,
      knows,
      name,
      options,
      personal,
      place,
      remedy = REMEDY,
      variables,
      vary,
      where,
    } = request
    checkFragmentOptions(options)
    const fragmentKey = makeFragmentKey(name, vary)
    return {
      cache: cacheFor(this.#caches, options.using),
      storedKey: storedKey(fragmentKey, options.version),
      tags: [...new Set([fragmentKey, ...(options.tags ?? [])])],
      options,
      label: where === undefined ? `'${name}'` : `'${name}' (${where})`,
      forNobody: vary.every((value) => value === null || value === undefined),
      throws: this.#throws,
      remedy,
      personal,
      where,
      place,
      hole: (asked) => {
        return ownOf(options.holes, asked) ?? request.hole?.(asked) ?? ownOf(this.#holes, asked)
      },
      variables,
      knows,
      learning: this.#learning,
      kind: storedKey(name, options.version),
      body,
    }
  }

  /** Puts a fragment where it was asked for: into what is being made around it, or out. */
  async #put(wanted: Wanted, rendered: Rendered): Promise<string> {
    const { made, parts, refusal, tags } = rendered
    const making = currentMaking()
    making?.add(tags)
    // Outside production it has thrown, unless it was told not to.
    if (refusal !== undefined) making?.differs(refusal)
    for (const what of wanted.options.varyOn ?? []) {
      // On a hit nobody reads it, and yet what is around it depends on it.
      if (what === 'user') making?.user(wanted.forNobody ? undefined : true)
      else making?.differs(what)
    }
    if (making instanceof FragmentScope) {
      for (const each of made) making.made.add(each)
      return parts.map((part) => mark(part, making)).join('')
    }
    if (parts.every((part) => typeof part === 'string')) return parts.join('')
    const texts = await Promise.all(parts.map((part) => this.#showPart(part, wanted, making)))
    return texts.join('')
  }

  async #showPart(part: Part, wanted: Wanted, making: Making | undefined): Promise<string> {
    if (typeof part === 'string') return part
    const { args, name } = part
    const render = wanted.hole(name) ?? this.#rendererOf(name)
    return await this.#inPages.show(making, {
      hole: part,
      render: (context) => render(args, context),
      variables: wanted.variables,
      isPassing: ownOf(wanted.options.holes, name) !== undefined,
    })
  }

  #rendererOf(name: string): HoleRenderer {
    const renderer = ownOf(this.#holes, name)
    if (renderer !== undefined) return renderer
    throw new CacheError(
      'E_OPTION',
      `There is no hole '${name}': expected it in option 'holes' of the fragment or of createFragments.`,
    )
  }
}

/**
 * Fragments: parts of pages, kept by name and what they vary on.
 *
 * @param caches those of `createCaches()`, or one cache
 * @throws {CacheError} `E_OPTION`
 */
export function createFragments(caches: FragmentCaches, options: FragmentsOptions = {}): Fragments {
  return new Fragments(caches, options)
}

/** What a hole is given is stored: a marked value in it tells now, while there is a fragment to tell. */
function lookInto(args: unknown): void {
  try {
    JSON.stringify(args, (_, value: unknown) => (typeof value === 'bigint' ? null : value))
  } catch (error) {
    // What has no end in JSON has none in a store either, which refuses it with a better message.
    if (isCacheError(error)) throw error
  }
}

function mark(part: Part, scope: FragmentScope): string {
  return typeof part === 'string' ? part : scope.hole(part)
}

function ownOf(
  holes: Readonly<Record<string, HoleRenderer>> | undefined,
  name: string,
): HoleRenderer | undefined {
  return holes !== undefined && Object.hasOwn(holes, name) ? holes[name] : undefined
}

/** One read for each cache that is concerned. */
async function readAll(all: readonly Wanted[]): Promise<Map<Wanted, unknown>> {
  const byCache = new Map<FragmentCache, Wanted[]>()
  for (const wanted of all) {
    if (wanted.options.cacheIf === false) continue
    byCache.set(wanted.cache, [...(byCache.get(wanted.cache) ?? []), wanted])
  }
  const found = new Map<Wanted, unknown>()
  await Promise.all(
    [...byCache].map(async ([cache, group]) => {
      const strict = currentMaking() !== undefined
      const keys = group.map(({ storedKey }) => storedKey)
      const values = await cache.getMany(keys, { strict }).catch((error: unknown) => {
        if (isAway(error)) return new Map<string, unknown>()
        throw error
      })
      for (const wanted of group) found.set(wanted, values.get(wanted.storedKey))
    }),
  )
  return found
}

function checkRender<F>(render: F): F {
  if (typeof render === 'function') return render
  throw new CacheError(
    'E_OPTION',
    `Expected a function that renders the fragment, got ${show(render)}.`,
  )
}
