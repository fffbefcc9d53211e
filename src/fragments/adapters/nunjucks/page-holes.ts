import type { Digests } from '../../digest.ts'
import type { FoundHole } from '../../hole-source.ts'
import { findPersonal } from '../../personal-names.ts'
import type { Analysed } from './analysis.ts'
import type { Bodies, Body } from './bodies.ts'
import type { NunjucksEnvironment, NunjucksTemplate } from './nunjucks-types.ts'
import type { Templates } from './templates.ts'

/** Names that Nunjucks itself gives a meaning. */
const OF_NUNJUCKS: readonly string[] = ['loop', 'super', 'caller', 'none', 'None']

/** `nunjucks:page.njk#0`: the first hole of a template. */
export const HOLE = 'nunjucks:'

/** Holes of an environment's templates for pages that come from the cache: all that they show they are given. */
export class PageHoles {
  readonly #env: NunjucksEnvironment
  readonly #templates: Templates
  readonly #bodies: Bodies
  readonly #digests: Digests
  readonly #templateOf: (body: Body) => NunjucksTemplate

  constructor(
    env: NunjucksEnvironment,
    known: { readonly templates: Templates; readonly bodies: Bodies; readonly digests: Digests },
    templateOf: (body: Body) => NunjucksTemplate,
  ) {
    this.#env = env
    this.#templates = known.templates
    this.#bodies = known.bodies
    this.#digests = known.digests
    this.#templateOf = templateOf
  }

  /** The body of a hole of a template with a name; `undefined` when it is not there (any more). */
  async bodyOf(name: string, index: number): Promise<Body | undefined> {
    const template = await this.#templates.load(name)
    // Compiling it is what makes its bodies known.
    template?.compile()
    return this.#bodies.hole(this.#templates.sourceOf(template), index)
  }

  readonly find = async (asked: string): Promise<FoundHole | undefined> => {
    const split = asked.lastIndexOf('#')
    const name = asked.slice(HOLE.length, split)
    // Of a template without a name only this process knows.
    if (!asked.startsWith(HOLE) || name.startsWith('?')) return undefined
    const body = await this.bodyOf(name, Number(asked.slice(split + 1)))
    if (body === undefined) return undefined
    const { analysis, facts } = this.#templates.of(body.source)
    const hole = analysis.fragments.get(body.at) as Analysed
    // Nobody knows what that shows.
    if (hole.computed) return undefined
    const included = await this.#digests.included(facts, hole.includes)
    const all = [hole, ...included.map(({ text }) => this.#templates.of(text).analysis)]
    const bound = new Set([...OF_NUNJUCKS, ...all.flatMap((each) => [...each.bound])])
    const used = new Set(all.flatMap((each) => each.uses.map(({ path }) => path[0] as string)))
    return {
      version: await this.#digests.of(facts),
      personal: findPersonal(hole.given, analysis.bound, []),
      needs: (given) => {
        const isThere = (use: string): boolean => {
          return given.has(use) || bound.has(use) || Object.hasOwn(this.#env.globals, use)
        }
        return [...used].find((use) => !isThere(use))
      },
      render: async (args, context) => {
        return await this.#render(body, { ...context, ...(args as object | null) })
      },
    }
  }

  async #render(body: Body, variables: object): Promise<string> {
    const template = this.#templateOf(body)
    return await new Promise((resolve, reject) => {
      template.render(variables, (error, text) => {
        if (error === null || error === undefined) resolve(text ?? '')
        else reject(error)
      })
    })
  }
}
