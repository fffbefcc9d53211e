import { Digests, type TemplateFacts } from '../../digest.ts'
import type { Fragments } from '../../fragments.ts'
import type { HelperCode } from '../../helper-code.ts'
import type { VaryValue } from '../../key.ts'
import type { HoleRenderer } from '../../options.ts'
import { findPersonal, variedOn } from '../../personal-names.ts'
import { place, tagOptions, templateError, versionOf } from '../../tag-words.ts'
import type {
  LiquidContext,
  LiquidEmitter,
  LiquidEngine,
  LiquidTemplate,
  LiquidToken,
} from './liquid-types.ts'
import { HOLE, type KnownHole, KnownHoles } from './page-holes.ts'
import { PageNames } from './page-names.ts'
import { cacheTag, literal, parseArguments, pathOf } from './parse-tag.ts'
import { allIn, lineOf, Templates } from './templates.ts'

const REMEDY =
  'put it into {% nocache %}…{% endnocache %}, or vary on it ({% cache 900 name user.id %}), or leave it outside.'

type Variables = Readonly<Record<string, unknown>>

/** What the tags of one engine share. */
export class FragmentTags {
  readonly #fragments: Fragments
  readonly #liquid: LiquidEngine
  readonly #templates: Templates
  readonly #digests: Digests
  readonly #holes: KnownHoles
  readonly #personal = new WeakMap<CacheTagHere, Promise<string | undefined>>()
  readonly #watch: boolean

  constructor(fragments: Fragments, liquid: LiquidEngine, code: HelperCode, watch: boolean) {
    this.#fragments = fragments
    this.#liquid = liquid
    this.#watch = watch
    const templates = new Templates(liquid, code)
    this.#templates = templates
    this.#digests = new Digests({
      read: (name, from) => templates.read(name, from),
      list: () => templates.list(),
      watch,
    })
    this.#holes = new KnownHoles(liquid, templates, this.#digests)
    fragments.addHoles(this.#holes, { watch })
    new PageNames(liquid, templates, this.#digests).watch()
  }

  /** The pieces up to `end`, which are taken from `rest`. */
  bodyOf(token: LiquidToken, rest: LiquidToken[], where: string): readonly LiquidTemplate[] {
    const end = `end${token.name}`
    const body: LiquidTemplate[] = []
    let isClosed = false
    this.#liquid.parser
      .parseStream(rest)
      .on(`tag:${end}`, function close() {
        isClosed = true
        this.stop()
      })
      .on('template', (template) => body.push(template))
      .start()
    if (!isClosed) throw templateError(where, `tag '${token.name}' is not ended by '${end}'.`)
    return body
  }

  nameOf(token: LiquidToken): string {
    return this.#holes.nameOf(token)
  }

  keepHole(hole: KnownHole): void {
    this.#holes.keep(hole)
  }

  async evaluate(source: string, context: LiquidContext): Promise<unknown> {
    const known = literal(source)
    return known === undefined ? await this.#liquid.evalValue(source, context) : known
  }

  async words(
    words: ReadonlyMap<string, string>,
    context: LiquidContext,
  ): Promise<Record<string, unknown>> {
    const values: Record<string, unknown> = {}
    for (const [word, source] of words) values[word] = await this.evaluate(source, context)
    return values
  }

  async showFragment(tag: CacheTagHere, context: LiquidContext): Promise<string> {
    const { body, says, token, where } = tag
    const timeout = await this.evaluate(says.timeout, context)
    const vary: unknown[] = []
    for (const source of says.vary) vary.push(await this.evaluate(source, context))
    const options = tagOptions(timeout, await this.words(says.words, context), where)
    const paths = says.vary.map(pathOf).filter((path) => path !== undefined)
    const facts = this.#templates.factsOf(token, body)
    const [digest, personal] = await Promise.all([
      this.#digests.of(facts),
      this.#personalIn(tag, facts, paths),
    ])
    // As it is now: a loop gives its variables other values, and the fragment may be rendered later.
    const frozen = context.getAll() as Variables
    return await this.#fragments.show({
      name: says.name,
      vary: vary as readonly VaryValue[],
      options: {
        ...options,
        varyOn: [...(options.varyOn ?? []), ...variedOn(paths)],
        version: versionOf(options, digest),
      },
      where,
      personal,
      remedy: REMEDY,
      hole: (name) => this.#holeRenderer(name, context, frozen),
      body: () => this.#render(body, context, frozen),
    })
  }

  /** What the names in the fragment, and in what it includes, tell of it. */
  async #personalIn(
    tag: CacheTagHere,
    facts: TemplateFacts,
    vary: readonly (readonly string[])[],
  ): Promise<string | undefined> {
    const known = this.#personal.get(tag)
    if (known !== undefined && !this.#watch) return await known
    const find = async (): Promise<string | undefined> => {
      const included = await this.#digests.included(facts)
      const bodies = [tag.body, ...included.map((each) => this.#templates.parsed(each))]
      const names = await Promise.all(bodies.map((body) => this.#templates.namesIn(body)))
      const uses = names.flatMap((each) => each.uses)
      return findPersonal(uses, new Set(names.flatMap(({ bound }) => bound)), vary)
    }
    const found = find()
    this.#personal.set(tag, found)
    found.catch(() => this.#personal.delete(tag))
    return await found
  }

  async showHole(
    { body, hole }: KnownHole,
    words: ReadonlyMap<string, string>,
    context: LiquidContext,
  ): Promise<string> {
    const given = await this.words(words, context)
    const around = context.getAll()
    return await this.#fragments.open({
      hole: { name: hole, args: words.size === 0 ? null : given },
      render: (found) => this.#render(body, context, { ...around, ...found, ...given }),
    })
  }

  #holeRenderer(
    asked: string,
    context: LiquidContext,
    variables: Variables,
  ): HoleRenderer | undefined {
    const known = this.#holes.get(asked)
    if (!asked.startsWith(HOLE) || (known === undefined && asked.startsWith(`${HOLE}?`)))
      return undefined
    return async (args, found) => {
      const { body } = known ?? (await this.#findHole(asked))
      const given = { ...variables, ...found, ...(args as Variables | null) }
      return await this.#render(body, context, given)
    }
  }

  async #findHole(name: string): Promise<KnownHole> {
    const hole = await this.#holes.inFile(name)
    if (hole !== undefined) return hole
    const file = name.slice(HOLE.length, name.lastIndexOf('#'))
    throw templateError(file, `a stored fragment asks for '${name}', which is not there.`)
  }

  async #render(
    body: readonly LiquidTemplate[],
    context: LiquidContext,
    variables: Variables,
  ): Promise<string> {
    const own = context.spawn({ ...variables })
    own.registers = { ...context.registers }
    return String(await this.#liquid.render(body, own))
  }
}

/** Where a tag of a template says `cache`. */
export interface CacheTagHere {
  readonly token: LiquidToken
  readonly where: string
  readonly says: ReturnType<typeof cacheTag>
  readonly body: readonly LiquidTemplate[]
}

/** The classes that LiquidJS makes tags of. */
export function tagClasses(tags: FragmentTags): Readonly<Record<string, unknown>> {
  class Cache implements CacheTagHere {
    readonly name = 'cache'
    readonly token: LiquidToken
    readonly where: string
    readonly says: ReturnType<typeof cacheTag>
    readonly body: readonly LiquidTemplate[]
    readonly names: readonly (readonly string[])[]

    constructor(token: LiquidToken, rest: LiquidToken[]) {
      this.token = token
      this.where = placeOf(token)
      this.says = cacheTag(token.args ?? '', this.where)
      this.names = namesIn([...this.says.vary, ...this.says.words.values()])
      this.body = tags.bodyOf(token, rest, this.where)
      for (const { name } of allIn(this.body)) {
        if (name !== 'block') continue
        // Its content is another layout's child's, of which the key would know nothing.
        throw templateError(this.where, "tag 'cache' stands around a block: put it into the block.")
      }
    }

    *render(context: LiquidContext, emitter: LiquidEmitter): Generator<unknown, void, string> {
      refuseSync(context, this.where)
      emitter.write(yield tags.showFragment(this, context))
    }

    children(): readonly LiquidTemplate[] {
      return this.body
    }
  }

  class NoCache implements KnownHole {
    readonly name = 'nocache'
    readonly token: LiquidToken
    readonly names: readonly (readonly string[])[]
    readonly hole: string
    readonly body: readonly LiquidTemplate[]
    readonly #where: string
    readonly #words: ReadonlyMap<string, string>

    constructor(token: LiquidToken, rest: LiquidToken[]) {
      this.token = token
      this.#where = placeOf(token)
      this.#words = parseArguments(token.args ?? '').words
      this.names = namesIn([...this.#words.values()])
      this.body = tags.bodyOf(token, rest, this.#where)
      this.hole = tags.nameOf(token)
      tags.keepHole(this)
    }

    *render(context: LiquidContext, emitter: LiquidEmitter): Generator<unknown, void, string> {
      refuseSync(context, this.#where)
      emitter.write(yield tags.showHole(this, this.#words, context))
    }
  }

  class Load {
    readonly token: LiquidToken

    constructor(token: LiquidToken) {
      this.token = token
      const { args = '' } = token
      if (args.trim() === 'cache') return
      throw templateError(placeOf(token), `tag 'load' knows only 'cache', got '${args.trim()}'.`)
    }

    *render(): Generator {}
  }

  return { cache: Cache, nocache: NoCache, load: Load }
}

function placeOf(token: LiquidToken): string {
  return place(token.file, lineOf(token))
}

/** Those that begin an expression, whatever filters follow. */
function namesIn(sources: readonly string[]): readonly (readonly string[])[] {
  return sources
    .map((source) => pathOf(source.split('|', 1)[0] as string))
    .filter((path) => path !== undefined)
}

function refuseSync(context: LiquidContext, where: string): void {
  if (context.sync)
    throw templateError(where, 'the template waits for a cache: use render, not renderSync.')
}
