import { isCacheError } from '../base/errors.ts'
import type { PlacedHole } from '../cache/hole.ts'
import type { Making } from '../cache/making.ts'
import type { FoundHole, HoleSource } from './hole-source.ts'
import type { Hole } from './record.ts'

/** A hole that stands in a page, and not in a fragment of one. */
export interface AskedHole {
  readonly hole: Hole
  /** With the variables of its page, and those of the request that the page is made for, where there are any. */
  readonly render: (context?: object) => Promise<string> | string
  /** The variables of its page. Default: none that it could see. */
  readonly variables?: object | undefined
  /** It is of one fragment alone: a page would not find it again. */
  readonly isPassing?: boolean
}

const AFRESH = 'what is rendered each time'
const MOST_WARNED = 200

/** Holes where they stand in pages: put in as a part that is kept, or rendered there and then. */
export class HolesInPages {
  readonly #owner: object
  readonly #sources: HoleSource[] = []
  readonly #warned = new Set<string>()

  /** @param owner by which page caches know whose holes they keep */
  constructor(owner: object) {
    this.#owner = owner
  }

  add(source: HoleSource): void {
    this.#sources.push(source)
  }

  /** @returns the text of the hole, or what stands for it in a page that is kept with holes */
  async show(making: Making | undefined, asked: AskedHole): Promise<string> {
    const places = making?.places(this.#owner)
    if (making === undefined || places === undefined) {
      making?.differs(AFRESH)
      return await asked.render()
    }
    const context = await places.context()
    const kept = await this.#keptOf(asked, context)
    if ('why' in kept) {
      if (kept.isMistake) making.personal(kept.why)
      else making.differs(kept.why)
      return await places.render(() => asked.render(context))
    }
    const { found, hole } = kept
    const text = await places.render(() => found.render(hole.args, context))
    const marker = places.put(hole, text)
    if (marker === undefined) making.differs(AFRESH)
    return marker ?? text
  }

  /** @returns renders a hole of a stored page; `undefined` when it is another here, or would miss something */
  async stored(
    { args, name, version }: PlacedHole,
    context: object,
  ): Promise<(() => Promise<string>) | undefined> {
    const found = await this.#find(name)
    if (found?.version !== version) return undefined
    if (found.needs(namesOf(context, args), undefined) !== undefined) return undefined
    return async () => await found.render(args, context)
  }

  /** What can be kept of a hole, or why it cannot. */
  async #keptOf(
    { hole, isPassing = false, variables = {} }: AskedHole,
    context: object,
  ): Promise<
    | { readonly found: FoundHole; readonly hole: PlacedHole }
    | { readonly why: string; readonly isMistake: boolean }
  > {
    const args = plain(hole.args)
    const found = args === undefined || isPassing ? undefined : await this.#find(hole.name)
    if (args === undefined || found === undefined) {
      return { why: AFRESH, isMistake: false }
    }
    if (found.personal !== undefined) return { why: found.personal, isMistake: true }
    const needed = found.needs(namesOf(context, args.value), namesOf(variables))
    if (needed === undefined) {
      return { found, hole: { name: hole.name, args: args.value, version: found.version } }
    }
    this.#warn(hole.name, needed)
    return { why: `'${needed}' in ${AFRESH}`, isMistake: false }
  }

  async #find(name: string): Promise<FoundHole | undefined> {
    for (const source of this.#sources) {
      const found = await source.find(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  #warn(hole: string, needed: string): void {
    const text = `Hole '${hole}' uses '${needed}' of its page, which is not there when the page comes from the cache: the page is not kept. Give it to the hole where it stands, or let inPages() return it.`
    if (this.#warned.has(text) || this.#warned.size >= MOST_WARNED) return
    this.#warned.add(text)
    process.emitWarning(text, { type: 'BreakwaterWarning', code: 'BREAKWATER_HOLE' })
  }
}

/** The same on a hit as on the miss before it: as it will have gone through a store. */
function plain(args: unknown): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(JSON.stringify(args)) as unknown }
  } catch (error) {
    // A marked value tells what it is, outside production.
    if (isCacheError(error)) throw error
    return undefined
  }
}

function namesOf(...given: readonly unknown[]): ReadonlySet<string> {
  return new Set(given.flatMap((each) => Object.keys(each ?? {})))
}
