import { type Digests, hashOf, type TemplateFacts } from './digest.ts'
import type { HelperCode } from './helper-code.ts'
import { ownValue, type Use } from './personal-names.ts'
import { isMarked } from './per-request.ts'
import { place } from './tag-words.ts'

/** What a template and all that it includes name. */
export interface KnownNames {
  readonly digest: string
  readonly uses: readonly (Use & { readonly isCall: boolean })[]
  readonly bound: ReadonlySet<string>
  /** Each name once. */
  readonly paths: readonly (readonly string[])[]
}

/** The names in templates that are code, with what is behind them when they are rendered. */
export class ViewNames {
  readonly #digests: Digests
  readonly #code: HelperCode
  readonly #watch: boolean
  readonly #known = new Map<string, Promise<KnownNames>>()

  constructor(digests: Digests, code: HelperCode, watch: boolean) {
    this.#digests = digests
    this.#code = code
    this.#watch = watch
  }

  async of(facts: TemplateFacts): Promise<KnownNames> {
    const known = this.#known.get(facts.name)
    if (known !== undefined && !this.#watch) return await known
    const found = this.#find(facts)
    this.#known.set(facts.name, found)
    found.catch(() => this.#known.delete(facts.name))
    return await found
  }

  /**
   * The digest, with the code of the functions that the names stand for: those of the application, which it gives with the
   * page's data. Methods of what they return belong to nobody here.
   *
   * @param scope everything that is given
   */
  version({ digest, paths }: KnownNames, scope: object): string {
    const code = paths.flatMap((path) => {
      const value = valueOf(path, scope)
      // What is one visitor's own is no helper, and the fragment is not kept anyway.
      if (typeof value !== 'function' || isMarked(value) || isOurs(path)) return []
      return [`${path.join('.')}=${this.#code.of(path.join('.'), value)}`]
    })
    return code.length === 0 ? digest : `${digest}.${hashOf(code.join('\n'))}`
  }

  /** Functions of the application that are called, with their lines: one of them has read something. */
  callsIn({ uses }: KnownNames, scope: object): string | undefined {
    const called = uses.filter(({ isCall, path }) => {
      return isCall && !isOurs(path) && typeof valueOf(path, scope) === 'function'
    })
    const places = called.map(({ line, path, template }) => {
      return `${path.join('.')}() (${place(template, line)})`
    })
    return places.length === 0 ? undefined : [...new Set(places)].join(' or ')
  }

  async #find(facts: TemplateFacts): Promise<KnownNames> {
    const all = [facts, ...(await this.#digests.included(facts))]
    const uses = all.flatMap(({ name, names }) =>
      (names?.uses ?? []).map((use) => ({ ...use, template: name })),
    )
    const bound = new Set(all.flatMap(({ names }) => [...(names?.bound ?? [])]))
    // The functions of all that counts; what is one visitor's own is looked for in what is surely shown.
    const counted = [facts, ...(await this.#digests.counted(facts))]
    const named = counted.flatMap(({ names }) => names?.uses ?? [])
    const paths = new Map(named.map(({ path }) => [path.join('.'), path]))
    const sorted = [...paths].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
    return { digest: await this.#digests.of(facts), uses, bound, paths: sorted }
  }
}

function valueOf(path: readonly string[], scope: object): unknown {
  let value: unknown = scope
  for (const name of path) value = ownValue(value, name)
  return value
}

/** What `Views` itself gives every template. */
function isOurs([name = '', ...rest]: readonly string[]): boolean {
  return rest.length === 0 && (name === 'fragment' || name === 'hole')
}
