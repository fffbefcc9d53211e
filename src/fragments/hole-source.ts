import { hashOf } from './digest.ts'
import { sourceOf } from './helper-code.ts'
import type { HoleRenderer } from './options.ts'

/** A hole as it can be rendered with nothing at hand but a request: the page where it stands is not being made. */
export interface FoundHole {
  /** Digest of all that it is rendered by. */
  readonly version: string
  /** What the tag itself gives it that is one visitor's own, in words. */
  readonly personal?: string | undefined
  /**
   * The first name that it uses and would not be given.
   *
   * @param given the names that it would be given
   * @param page those that its page has besides; `undefined` when no page is being made
   */
  readonly needs: (
    given: ReadonlySet<string>,
    page: ReadonlySet<string> | undefined,
  ) => string | undefined
  /** @param args what it was given where it stands; these win over `context` */
  readonly render: (args: unknown, context: object) => Promise<string>
}

/** What knows the holes of one kind. */
export interface HoleSource {
  /** @returns `undefined` for a name that is not of this kind, or is not there (any more) */
  readonly find: (name: string) => Promise<FoundHole | undefined>
}

const stoodFor = new WeakMap<HoleRenderer, unknown>()

/** Says of what a renderer is made, where its own source is the same for all: a component. */
export function standsFor(render: HoleRenderer, component: unknown): HoleRenderer {
  stoodFor.set(render, component)
  return render
}

/**
 * Holes that are functions. They see what they read themselves, and need no names. One whose source says nothing, as that of
 * what `bind()` returns, is known by the version alone, and by nothing where there is none: a page does not find it again.
 */
export function functionHoles(
  holes: Readonly<Record<string, HoleRenderer>>,
  version: string | undefined,
): HoleSource {
  return {
    async find(name) {
      const render = Object.hasOwn(holes, name) ? holes[name] : undefined
      if (render === undefined) return undefined
      const code = stoodFor.get(render) ?? render
      const source = typeof code === 'function' ? sourceOf(code as HoleRenderer) : undefined
      if (source === undefined && version === undefined) return undefined
      return {
        version: hashOf(`${version ?? ''}|${source ?? ''}`),
        needs: () => undefined,
        render: async (args, context) => await render(args, context),
      }
    },
  }
}

/** The first of a page's names that a text has as a word, although the hole would not be given it. */
export function wordNeeded(
  texts: readonly string[],
  given: ReadonlySet<string>,
  page: ReadonlySet<string> | undefined,
): string | undefined {
  for (const name of page ?? []) {
    if (given.has(name) || !/^[\w$]+$/.test(name)) continue
    const word = new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`)
    if (texts.some((text) => word.test(text))) return name
  }
  return undefined
}

/** Where templates do not change: what was found is there for good. */
export function remembered(source: HoleSource): HoleSource {
  const known = new Map<string, FoundHole>()
  return {
    async find(name) {
      const before = known.get(name)
      if (before !== undefined) return before
      const found = await source.find(name)
      if (found !== undefined) known.set(name, found)
      return found
    },
  }
}
