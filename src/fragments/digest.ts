import { createHash, type Hash } from 'node:crypto'

/** What is known of a template by reading it. */
export interface TemplateFacts {
  /** By which others include it; the same for the same template. */
  readonly name: string
  readonly text: string
  /** The templates that it includes, by the names that `read` understands. */
  readonly includes: readonly string[]
  /** It includes a template whose name is computed. */
  readonly computed: boolean
  /** Code that it calls, as far as it can be seen: filters, helpers, functions, by name. */
  readonly helpers: ReadonlyMap<string, string>
}

export interface DigestSource {
  /** @returns `undefined` when there is no such template (any more) */
  readonly read: (name: string, from: TemplateFacts) => Promise<TemplateFacts | undefined>
  /** The names of all templates, for comments that name them by a pattern or without their ending. */
  readonly list: (() => Promise<readonly string[]> | readonly string[]) | undefined
  /** Templates may change while the process runs. */
  readonly watch: boolean
}

/** `Template Dependency: cards/*` in a comment of any engine, as in Rails: what no reader of the template could see. */
const DECLARED = /Template Dependency:\s*([\w./*-]+)/g

/**
 * Digests of templates: over the text of a template, of all that it includes, and of the helpers that they call. A deploy
 * needs no flush: changed markup is stored under another key, and nothing else is thrown away.
 */
export class Digests {
  readonly #source: DigestSource
  readonly #known = new Map<string, { readonly text: string; readonly digest: Promise<string> }>()
  readonly #warned = new Set<string>()

  constructor(source: DigestSource) {
    this.#source = source
  }

  async of(root: TemplateFacts): Promise<string> {
    const known = this.#known.get(root.name)
    if (known !== undefined && known.text === root.text && !this.#source.watch)
      return await known.digest
    const digest = this.#compute(root)
    this.#known.set(root.name, { text: root.text, digest })
    // Not remembered when it failed: the template may be there the next time.
    digest.catch(() => this.#known.delete(root.name))
    return await digest
  }

  /**
   * Every template that is reached from `root`, each once, without it: cycles end where they began.
   *
   * @param includes where to begin. Default: all that `root` includes
   */
  async included(root: TemplateFacts, includes?: readonly string[]): Promise<TemplateFacts[]> {
    const seen = new Map<string, TemplateFacts>([[root.name, root]])
    const queue = [root]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const from = next === root && includes !== undefined ? { ...root, includes } : next
      for (const name of await this.#includes(from)) {
        const facts = await this.#source.read(name, from)
        if (facts === undefined || seen.has(facts.name)) continue
        seen.set(facts.name, facts)
        queue.push(facts)
      }
    }
    return [...seen.values()].slice(1)
  }

  async #compute(root: TemplateFacts): Promise<string> {
    const hash = createHash('sha256')
    const frame = (text: string): void => {
      hash.update(`${Buffer.byteLength(text)}:`).update(text)
    }
    const included = await this.included(root)
    // How the root itself is called does not matter to what it shows; how it calls the others does.
    included.sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const { helpers, name, text } of [{ ...root, name: '' }, ...included]) {
      frame(name)
      frame(text)
      for (const [helper, code] of [...helpers].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
        frame(helper)
        frame(code)
      }
    }
    return short(hash)
  }

  async #includes(facts: TemplateFacts): Promise<readonly string[]> {
    const declared = [...facts.text.matchAll(DECLARED)].map(([, name]) => name as string)
    if (facts.computed && declared.length === 0) this.#warn(facts.name)
    if (declared.length === 0) return facts.includes
    const names = new Set([...facts.includes, ...declared.filter((name) => !name.includes('*'))])
    const all = (await this.#source.list?.()) ?? []
    for (const name of declared) {
      // Written as people speak of templates: without what their files end in.
      const pattern = new RegExp(`^${name.split('*').map(escapeRegExp).join('[^/]*')}(?:\\.\\w+)*$`)
      for (const each of all) if (pattern.test(each)) names.add(each)
    }
    return [...names]
  }

  #warn(name: string): void {
    if (this.#warned.has(name)) return
    this.#warned.add(name)
    process.emitWarning(
      `${name} includes a template whose name is computed: when that one changes, fragments in this one are not rendered anew. Say which it may be in a comment, 'Template Dependency: cards/*'.`,
      { type: 'BreakwaterWarning', code: 'BREAKWATER_TEMPLATE_DEPENDENCY' },
    )
  }
}

/** As much of a hash as tells texts apart that nobody has made to be alike. */
export function hashOf(text: string): string {
  return short(createHash('sha256').update(text))
}

function short(hash: Hash): string {
  return hash.digest('base64url').slice(0, 16)
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
