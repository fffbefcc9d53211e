import { relative, resolve, sep } from 'node:path'
import { type Digests, hashOf } from '../../digest.ts'
import type { FoundHole } from '../../hole-source.ts'
import { findPersonal } from '../../personal-names.ts'
import type { LiquidEngine, LiquidTemplate, LiquidToken } from './liquid-types.ts'
import { allIn, lineOf, type Templates } from './templates.ts'

/** `liquid:page.liquid#120`: the hole that begins there. */
export const HOLE = 'liquid:'
/** Holes of templates without a file that are remembered: only this process can render those. */
const MOST_HOLES = 10_000
/** What Liquid itself gives a meaning. */
const OF_LIQUID: readonly string[] = ['forloop', 'tablerowloop', 'block', 'None', 'True', 'False']

/** One tag, as it was parsed. */
export interface KnownHole {
  readonly hole: string
  readonly token: LiquidToken
  readonly body: readonly LiquidTemplate[]
  /** In what it is given where it stands. */
  readonly names: readonly (readonly string[])[]
}

/** The holes of an engine's templates, by name: for fragments, and for pages that come from the cache. */
export class KnownHoles {
  readonly #liquid: LiquidEngine
  readonly #templates: Templates
  readonly #digests: Digests
  readonly #known = new Map<string, KnownHole>()

  constructor(liquid: LiquidEngine, templates: Templates, digests: Digests) {
    this.#liquid = liquid
    this.#templates = templates
    this.#digests = digests
  }

  keep(hole: KnownHole): void {
    this.#known.delete(hole.hole)
    this.#known.set(hole.hole, hole)
    const [oldest] = this.#known.keys()
    if (this.#known.size > MOST_HOLES && oldest !== undefined) this.#known.delete(oldest)
  }

  get(name: string): KnownHole | undefined {
    return this.#known.get(name)
  }

  /** The same in every process, wherever its templates lie. */
  nameOf({ begin, file, input }: LiquidToken): string {
    if (file === undefined) return `${HOLE}?${hashOf(input)}#${begin}`
    const { layouts = [], partials = [], root = [] } = this.#liquid.options
    const folder = [...root, ...partials, ...layouts]
      .map((each) => resolve(each))
      .find((each) => file.startsWith(each + sep))
    return `${HOLE}${folder === undefined ? file : relative(folder, file)}#${begin}`
  }

  /** Of a template that is a file, as it is now: this process need not have rendered it. */
  async inFile(name: string): Promise<KnownHole | undefined> {
    const file = name.slice(HOLE.length, name.lastIndexOf('#'))
    for (const lookup of ['root', 'partials', 'layouts']) {
      const parsed = await this.#liquid.parseFile(file, lookup).catch(() => [])
      for (const template of allIn(parsed)) {
        if (template.hole === name) return template as KnownHole
      }
    }
    return undefined
  }

  readonly find = async (name: string): Promise<FoundHole | undefined> => {
    if (!name.startsWith(HOLE) || name.startsWith(`${HOLE}?`)) return undefined
    const hole = await this.inFile(name)
    if (hole === undefined) return undefined
    const facts = this.#templates.factsOf(hole.token, hole.body)
    // Nobody knows what that shows.
    if (facts.computed) return undefined
    const included = await this.#digests.included(facts)
    const bodies = [hole.body, ...included.map((each) => this.#templates.parsed(each))]
    const names = await Promise.all(bodies.map((body) => this.#templates.namesIn(body)))
    const bound = new Set([...OF_LIQUID, ...names.flatMap((each) => each.bound)])
    const used = new Set(names.flatMap(({ uses }) => uses.map(({ path }) => path[0] as string)))
    const { globals = {} } = this.#liquid.options
    const line = lineOf(hole.token)
    const given = hole.names.map((path) => ({ path, line, template: hole.token.file }))
    return {
      version: await this.#digests.of(facts),
      personal: findPersonal(given, new Set(), []),
      needs: (had) => {
        const isThere = (use: string): boolean => {
          return had.has(use) || bound.has(use) || Object.hasOwn(globals, use)
        }
        return [...used].find((use) => !isThere(use))
      },
      render: async (args, context) => {
        const variables = { ...context, ...(args as object | null) }
        return String(await this.#liquid.render(hole.body, variables))
      },
    }
  }
}
