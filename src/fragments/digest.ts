import { createHash, type Hash, randomUUID } from 'node:crypto'
import { dirname, isAbsolute, relative } from 'node:path'
import type { CodeNames } from './code-reading.ts'
import { MOST_SOURCES, Recent } from './recent.ts'

/** What is known of a template by reading it. */
export interface TemplateFacts {
  /** By which others include it; the same for the same template. */
  readonly name: string
  readonly text: string
  /** The templates that it includes, by the names that `read` understands; `cards/**` for what is computed after that. */
  readonly includes: readonly string[]
  /** It includes a template whose name is computed. */
  readonly computed: boolean
  /** Code that it calls, as far as it can be seen: filters, helpers, functions, by name. */
  readonly helpers: ReadonlyMap<string, string>
  /** What its code names, where templates are code. */
  readonly names?: CodeNames
  /** There is code in it that could not be read. */
  readonly unreadable?: boolean
}

export interface DigestSource {
  /** @returns `undefined` when there is no such template (any more) */
  readonly read: (name: string, from: TemplateFacts) => Promise<TemplateFacts | undefined>
  /**
   * The names of all templates, for comments that name them by a pattern or without their ending, and for templates whose name
   * is computed. `undefined` where they are in no place that can be looked through.
   */
  readonly list: () => Promise<readonly string[]> | readonly string[] | undefined
  /** Such a name as `read` understands it from anywhere. Default: as it is. */
  readonly fromRoot?: (name: string) => string
  /** Templates may change while the process runs. */
  readonly watch: boolean
}

/** What stands for templates that nobody can list: no other process has it. */
const OWN: TemplateFacts = {
  name: '*',
  text: randomUUID(),
  includes: [],
  computed: false,
  helpers: new Map(),
}

/** Of templates whose digests are remembered. */
const MOST = { entries: 10_000, weight: MOST_SOURCES.weight }

/** `Template Dependency: cards/*` in a comment of any engine, as in Rails: what no reader of the template could see. */
const DECLARED = /Template Dependency:\s*([\w./*-]+)/g

/**
 * Digests of templates: over the text of a template, of all that it includes, and of the helpers that they call. A deploy
 * needs no flush: changed markup is stored under another key, and nothing else is thrown away.
 */
export class Digests {
  readonly #source: DigestSource
  readonly #known = new Recent<{ readonly text: string; readonly digest: Promise<string> }>(MOST)
  readonly #warned = new Recent<true>(MOST)

  constructor(source: DigestSource) {
    this.#source = source
  }

  async of(root: TemplateFacts): Promise<string> {
    const known = this.#known.get(root.name)
    if (known !== undefined && known.text === root.text && !this.#source.watch)
      return await known.digest
    const digest = this.#compute(root)
    this.#known.set(root.name, { text: root.text, digest }, root.text.length)
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

  /**
   * Every template that a digest of `root` counts, without it: those that it includes, and where a name of one is computed, or
   * code cannot be read, all there are. More than are wanted of these cost a rendering; one less would be shown in its old state.
   */
  async counted(root: TemplateFacts): Promise<readonly TemplateFacts[]> {
    const included = await this.included(root)
    if (![root, ...included].some(isOpen)) return included
    const names = await this.#source.list()
    if (names === undefined || names.length > MOST_SOURCES.entries) return [...included, OWN]
    const all = new Map(included.map((facts) => [facts.name, facts]))
    for (const name of names) {
      // What the engine cannot read it cannot show either: a picture, or a template that is half written.
      const facts = await this.#readFromRoot(name, root).catch(() => undefined)
      if (facts !== undefined && facts.name !== root.name) all.set(facts.name, facts)
    }
    return [...all.values()]
  }

  async #readFromRoot(name: string, root: TemplateFacts): Promise<TemplateFacts | undefined> {
    return await this.#source.read(this.#source.fromRoot?.(name) ?? name, root)
  }

  async #compute(root: TemplateFacts): Promise<string> {
    const hash = createHash('sha256')
    const frame = (text: string): void => {
      hash.update(`${Buffer.byteLength(text)}:`).update(text)
    }
    const included = await this.counted(root)
    // How the root itself is called does not matter to what it shows, nor where all of them lie; how it calls the others does.
    const folder = dirname(root.name)
    const others = included.map((facts) => ({ ...facts, name: fromFolder(facts.name, folder) }))
    others.sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const { helpers, name, text } of [{ ...root, name: '' }, ...others]) {
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
    const declared = declaredIn(facts)
    if (facts.unreadable === true) this.#warn(facts.name, 'has code that cannot be read')
    else if (isOpen(facts)) this.#warn(facts.name, 'includes a template whose name is computed')
    const patterns = declared.map((name) => patternOf(name, ''))
    for (const name of facts.includes.filter(isPattern))
      patterns.push(patternOf(name, dirname(facts.name)))
    const named = [...facts.includes, ...declared].filter((name) => !isPattern(name))
    const all = patterns.length === 0 ? [] : ((await this.#source.list()) ?? [])
    const found = all.filter((name) => patterns.some((pattern) => pattern.test(name)))
    // What is found so is named from the folder of all.
    return [...new Set([...named, ...found.map((name) => this.#source.fromRoot?.(name) ?? name)])]
  }

  #warn(name: string, what: string): void {
    if (this.#warned.get(name) === true) return
    this.#warned.set(name, true)
    process.emitWarning(
      `${name} ${what}: fragments in this one are rendered anew when any template changes, and where not all can be listed by each process. Say which it may be in a comment, 'Template Dependency: cards/*'.`,
      { type: 'BreakwaterWarning', code: 'BREAKWATER_TEMPLATE_DEPENDENCY' },
    )
  }
}

function declaredIn({ text }: TemplateFacts): string[] {
  return [...text.matchAll(DECLARED)].map(([, name]) => name as string)
}

/** What else it shows cannot be told by reading it. */
function isOpen(facts: TemplateFacts): boolean {
  return facts.unreadable === true || (facts.computed && declaredIn(facts).length === 0)
}

function isPattern(name: string): boolean {
  return name.includes('*')
}

/**
 * Written as people speak of templates: without what their files end in. `*` is within a folder, `**` goes deeper.
 *
 * @param folder in which it may lie besides that of all
 */
function patternOf(name: string, folder: string): RegExp {
  const beside = folder === '' || folder === '.' ? '' : `(?:${escapeRegExp(folder)}/)?`
  const pieces = name.replace(/^\.?\//, '').split(/(\*+)/)
  const text = pieces.map((piece) => WILD.get(piece) ?? escapeRegExp(piece)).join('')
  return new RegExp(`^${beside}${text}(?:\\.\\w+)*$`)
}

const WILD: ReadonlyMap<string, string> = new Map([
  ['*', '[^/]*'],
  ['**', '.*'],
])

function fromFolder(name: string, folder: string): string {
  return isAbsolute(name) && isAbsolute(folder) ? relative(folder, name) : name
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
