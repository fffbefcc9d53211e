import { Digests, hashOf, type TemplateFacts } from '../../digest.ts'
import type { Fragments } from '../../fragments.ts'
import type { HelperCode } from '../../helper-code.ts'
import type { VaryValue } from '../../key.ts'
import type { HoleRenderer } from '../../options.ts'
import { variedOn } from '../../personal-names.ts'
import { type Most, MOST_SOURCES } from '../../recent.ts'
import { place, tagOptions, templateError, versionOf } from '../../tag-words.ts'
import { type Analysed, type AnalysedTag, personalIn } from './analysis.ts'
import type {
  NunjucksContext,
  NunjucksEnvironment,
  NunjucksFrame,
  NunjucksModule,
  NunjucksNode,
  NunjucksNodes,
  NunjucksParser,
  NunjucksTemplate,
} from './nunjucks-types.ts'
import { Bodies, type Body } from './bodies.ts'
import { checkLoad, parseArguments, parseCacheTag } from './parse-tag.ts'
import { type Done, settle } from './settle.ts'
import { frameOf, variablesOf } from './frames.ts'
import { HOLE, PageHoles } from './page-holes.ts'
import { PageNames } from './page-names.ts'
import { Templates } from './templates.ts'

type Words = Readonly<Record<string, unknown>>
interface Delimiters {
  readonly blockStart?: string
  readonly blockEnd?: string
}

const NAME = 'breakwater'
const REMEDY =
  'put it into {% nocache %}…{% endnocache %}, or vary on it ({% cache 900 name user.id %}), or leave it outside.'

/** The extension: tags `cache` and `nocache`, Django's `load`, and `breakwater`, by which a body becomes a template. */
export class FragmentTags {
  readonly tags: readonly string[] = ['cache', 'nocache', 'load', NAME]
  readonly #fragments: Fragments
  readonly #env: NunjucksEnvironment
  readonly #nunjucks: NunjucksModule
  readonly #templates: Templates
  readonly #digests: Digests
  readonly #bodies: Bodies
  readonly #holes: PageHoles
  readonly #personal = new WeakMap<Analysed, Promise<string | undefined>>()
  readonly #watch: boolean
  #reading = false
  /** Whose tree becomes a template. */
  #compiled: Body | undefined

  /** @param most sources that are remembered */
  constructor(
    fragments: Fragments,
    env: NunjucksEnvironment,
    nunjucks: NunjucksModule,
    code: HelperCode,
    watch: boolean,
    most: Most = MOST_SOURCES,
  ) {
    this.#fragments = fragments
    this.#bodies = new Bodies(most)
    this.#env = env
    this.#nunjucks = nunjucks
    this.#watch = watch
    const templates = new Templates(env, nunjucks, code, (act) => {
      this.#reading = true
      try {
        act()
      } finally {
        this.#reading = false
      }
    })
    this.#templates = templates
    this.#digests = new Digests({
      read: (name, from) => templates.read(name, from),
      list: () => templates.list(),
      watch,
    })
    const known = { templates, bodies: this.#bodies, digests: this.#digests }
    this.#holes = new PageHoles(env, known, (body) => this.#templateOf(body))
    fragments.addHoles(this.#holes, { watch })
    new PageNames(env, templates, this.#digests).watch()
  }

  /** Called by Nunjucks. */
  parse(parser: NunjucksParser, nodes: NunjucksNodes): NunjucksNode {
    const token = parser.nextToken()
    const {
      lineno: line,
      colno: column,
      value: tag,
    } = token as { lineno: number; colno: number; value: string }
    if (tag === NAME) return this.#ownTree(parser)
    const where = place(this.#templates.nameOf(parser.tokens.str), line + 1)
    const asked = tag === 'cache' ? parseCacheTag(parser, nodes, where) : undefined
    const given = asked ?? parseArguments(parser, nodes)
    if (tag === 'load') {
      checkLoad(given, where)
      parser.advanceAfterBlockEnd(tag)
      return new nodes.NodeList(line, column, [])
    }
    parser.advanceAfterBlockEnd(tag)
    const tree = parser.parseUntilBlocks(`end${tag}`)
    parser.advanceAfterBlockEnd()
    const at = `${line}:${column}`
    if (this.#reading) {
      const timeout = asked === undefined ? [] : [asked.timeout]
      const outside = [...timeout, ...given.values, ...given.words.values()]
      const breakwater = { tag, at, vary: asked?.values ?? [], outside, body: tree }
      return { typename: 'Tag', fields: [], lineno: line, colno: column, breakwater } as AnalysedTag
    }
    this.#refuseAtOnce(tag, parser.tokens.str, at, where)
    const source = parser.tokens.str
    const { id } = this.#bodies.at(source, tag as Body['tag'], line, at, tree)
    const literal = (value: unknown): NunjucksNode => new nodes.Literal(line, column, value)
    // What is no text is written into the compiled code as it is: the frame has the variables around the tag.
    // The source is told again, for when it has been forgotten that it was compiled.
    const args = [literal({ toString: () => 'frame' }), literal(id), literal(source), literal(at)]
    if (asked !== undefined) {
      args.push(asked.timeout, literal(asked.name), new nodes.Array(line, column, asked.values))
    }
    const pairs = [...given.words].map(([word, value]) => {
      return new nodes.Pair(line, column, literal(word), value)
    })
    args.push(new nodes.Dict(line, column, pairs))
    const method = asked === undefined ? 'showHole' : 'showFragment'
    return new nodes.CallExtensionAsync(NAME, method, new nodes.NodeList(line, column, args), [])
  }

  /** Called by compiled templates. */
  showFragment(
    context: NunjucksContext,
    frame: NunjucksFrame,
    id: number,
    source: string,
    at: string,
    timeout: unknown,
    name: string,
    vary: readonly VaryValue[],
    words: Words,
    done: Done,
  ): void {
    const body = this.#bodyOf(id, source, at)
    const where = this.#placeOf(body)
    const { analysis } = this.#templates.of(body.source)
    const analysed = analysis.fragments.get(body.at) as Analysed
    const options = tagOptions(timeout, words, where)
    const varyOn = [...(options.varyOn ?? []), ...variedOn(analysed.vary)]
    // As they are now: a loop gives its variables other values, and the fragment may be rendered later.
    const variables = variablesOf(frame)
    settle(done, this.#nunjucks, async () => {
      const { facts } = this.#templates.of(body.source)
      const [digest, personal] = await Promise.all([
        this.#digests.of(facts),
        this.#personalIn(analysed, facts),
      ])
      return await this.#fragments.show({
        name,
        vary,
        options: {
          ...options,
          varyOn,
          version: versionOf(options, this.#version(digest, body, context)),
        },
        where,
        personal,
        remedy: REMEDY,
        hole: (asked) => this.#holeRenderer(asked, context, variables),
        body: () => this.#render(body, context, frameOf(this.#nunjucks, variables)),
      })
    })
  }

  /** Called by compiled templates. */
  showHole(
    context: NunjucksContext,
    frame: NunjucksFrame,
    id: number,
    source: string,
    at: string,
    words: Words,
    done: Done,
  ): void {
    const body = this.#bodyOf(id, source, at)
    const variables = variablesOf(frame)
    const name = `${HOLE}${this.#templates.nameOf(body.source) ?? `?${body.id}`}#${body.index}`
    const args = Object.keys(words).length === 0 ? null : { ...words }
    settle(done, this.#nunjucks, async () => {
      return await this.#fragments.open({
        hole: { name, args },
        render: (found) => {
          return this.#render(
            body,
            context,
            frameOf(this.#nunjucks, { ...variables, ...found, ...words }),
          )
        },
      })
    })
  }

  #bodyOf(id: number, source: string, at: string): Body {
    const known = this.#bodies.get(id) ?? this.#bodies.find(source, at)
    if (known !== undefined) return known
    // To parse it is what makes its bodies known.
    const { extensionsList, opts } = this.#env
    this.#nunjucks.parser.parse(source, extensionsList, opts)
    return this.#bodies.find(source, at) as Body
  }

  /** Where Nunjucks runs everything at once it would show nothing, and say nothing. */
  #refuseAtOnce(tag: string, source: string, at: string, where: string): void {
    const { fragments } = this.#templates.of(source).analysis
    const within = fragments.get(at)?.within
    if (within === undefined) return
    throw templateError(where, `tag '${tag}' stands in ${within}, which cannot wait for a cache.`)
  }

  #ownTree(parser: NunjucksParser): NunjucksNode {
    parser.nextToken()
    parser.advanceAfterBlockEnd(NAME)
    return (this.#compiled as Body).tree
  }

  /** What the names in the fragment, and in what it includes, tell of it. */
  async #personalIn(fragment: Analysed, facts: TemplateFacts): Promise<string | undefined> {
    const known = this.#personal.get(fragment)
    if (known !== undefined && !this.#watch) return await known
    const find = async (): Promise<string | undefined> => {
      const included = await this.#digests.included(facts, fragment.includes)
      return personalIn(
        fragment,
        included.map(({ text }) => this.#templates.of(text).analysis),
      )
    }
    const found = find()
    this.#personal.set(fragment, found)
    found.catch(() => this.#personal.delete(fragment))
    return await found
  }

  /** Blocks within a fragment are what the page that extends its template made of them. */
  #version(digest: string, body: Body, context: NunjucksContext): string {
    const names = Object.keys(this.#templateOf(body).blocks)
    const own = names.map((name) => `${name}=${hashOf(String(context.blocks[name]?.[0] ?? ''))}`)
    return [digest, ...own].join('.')
  }

  async #render(body: Body, context: NunjucksContext, frame: NunjucksFrame): Promise<string> {
    const template = this.#templateOf(body)
    for (const [name, block] of Object.entries(template.blocks)) {
      if (context.blocks[name]?.includes(block) !== true) context.addBlock(name, block)
    }
    return await new Promise((resolve, reject) => {
      template.rootRenderFunc(this.#env, context, frame, this.#nunjucks.runtime, (error, text) => {
        if (error === null || error === undefined) resolve(text ?? '')
        else reject(error)
      })
    })
  }

  #templateOf(body: Body): NunjucksTemplate {
    if (body.template !== undefined) return body.template
    const { Template } = this.#nunjucks
    const path = this.#templates.pathOf(body.source)
    const { blockEnd = '%}', blockStart = '{%' } =
      (this.#env.opts as { tags?: Delimiters }).tags ?? {}
    const source = `${blockStart} ${NAME} ${body.id} ${blockEnd}`
    const template = new Template(source, this.#env as never, path)
    body.template = template as NunjucksTemplate
    this.#compiled = body
    body.template.compile()
    return body.template
  }

  #holeRenderer(
    asked: string,
    context: NunjucksContext,
    variables: Words,
  ): HoleRenderer | undefined {
    if (!asked.startsWith(HOLE)) return undefined
    const split = asked.lastIndexOf('#')
    const [name, index] = [asked.slice(HOLE.length, split), Number(asked.slice(split + 1))]
    const unnamed = name.startsWith('?') ? this.#bodies.get(Number(name.slice(1))) : undefined
    // Of a template without a name only this process knows, and only while it lives.
    if (name.startsWith('?') && unnamed?.tag !== 'nocache') return undefined
    return async (args, found) => {
      const body = unnamed ?? (await this.#holeOf(name, index))
      const given = { ...variables, ...found, ...(args as Words) }
      return await this.#render(body, context, frameOf(this.#nunjucks, given))
    }
  }

  async #holeOf(name: string, index: number): Promise<Body> {
    const body = await this.#holes.bodyOf(name, index)
    if (body !== undefined) return body
    throw templateError(name, `a stored fragment asks for its hole ${index}, which is not there.`)
  }

  #placeOf(body: Body): string {
    return place(this.#templates.nameOf(body.source), body.line)
  }
}
