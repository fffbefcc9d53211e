import { dirname, isAbsolute, join } from 'node:path'
import { hashOf, type TemplateFacts } from '../../digest.ts'
import type { HelperCode } from '../../helper-code.ts'
import type { Use } from '../../personal-names.ts'
import { filesIn } from '../../source-files.ts'
import type { LiquidEngine, LiquidTemplate, LiquidToken } from './liquid-types.ts'

const INCLUDING: ReadonlySet<string> = new Set(['include', 'render', 'layout'])

/** Options that change what a template shows: escaping, blanks, signs, and what a value is. */
const OF_MARKUP =
  /^(outputEscape|trim\w+|greedy|\w+Delimiter(Left|Right)|jsTruthy|ownPropertyOnly|strict\w+|lenientIf|timezoneOffset|locale|dateFormat|preserveTimezones)$/

/** What can be read of the templates of an engine. */
export class Templates {
  readonly #liquid: LiquidEngine
  readonly #code: HelperCode
  readonly #parsed = new WeakMap<TemplateFacts, readonly LiquidTemplate[]>()

  constructor(liquid: LiquidEngine, code: HelperCode) {
    this.#liquid = liquid
    this.#code = code
  }

  /** A tag and what is in it, within the template where it stands. */
  factsOf(token: LiquidToken, body: readonly LiquidTemplate[]): TemplateFacts {
    const name = `${token.file ?? hashOf(token.input)}#${token.begin}`
    return { name, text: token.input, ...this.#read(body) }
  }

  async read(name: string, from: TemplateFacts): Promise<TemplateFacts | undefined> {
    const file = fromFile(name, from.name)
    const parsed = (await this.#parse(file, 'partials')) ?? (await this.#parse(file, 'layouts'))
    if (parsed === undefined) return undefined
    const { file: path = name, input = '' } = parsed[0]?.token ?? {}
    const facts = { name: path, text: input, ...this.#read(parsed) }
    this.#parsed.set(facts, parsed)
    return facts
  }

  /** The names that are used in a template without its giving them a meaning, and those that it gives to what it includes. */
  async namesIn(
    templates: readonly LiquidTemplate[],
  ): Promise<{ readonly uses: readonly Use[]; readonly bound: readonly string[] }> {
    // Without what they include: LiquidJS would not come back from templates that include each other.
    const { globals } = await this.#liquid.analyze(templates, { partials: false })
    const uses: Use[] = Object.values(globals).flatMap((variables) =>
      variables.map(({ location, segments }) => ({
        path: segments.map(String),
        line: location.row,
        template: location.file,
      })),
    )
    const bound: string[] = []
    // LiquidJS does not know what our own tags name.
    for (const { names = [], token } of allIn(templates)) {
      const line = lineOf(token)
      for (const path of names) uses.push({ path, line, template: token.file })
    }
    for (const template of allIn(templates)) {
      for (const name of template.blockScope?.() ?? []) bound.push(name)
      for (const { content } of template.localScope?.() ?? []) bound.push(content)
      for (const name of template.partialScope?.()?.scope ?? [])
        bound.push(typeof name === 'string' ? name : name[0])
    }
    return { uses, bound }
  }

  /** What was parsed of a template that {@link Templates.read} has found. */
  parsed(facts: TemplateFacts): readonly LiquidTemplate[] {
    return this.#parsed.get(facts) ?? []
  }

  /** The names of all templates; `undefined` where the application reads them from elsewhere. */
  list(): readonly string[] | undefined {
    const { fs, partials = [], root = [], templates } = this.#liquid.options
    if (templates !== undefined) return Object.keys(templates)
    const { constructor: Liquid } = this.#liquid as { constructor: unknown }
    const plain = new (Liquid as new () => LiquidEngine)().options.fs
    return fs === plain ? [...new Set([...root, ...partials])].flatMap(filesIn) : undefined
  }

  async #parse(file: string, lookup: string): Promise<readonly LiquidTemplate[] | undefined> {
    try {
      return await this.#liquid.parseFile(file, lookup)
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  #read(templates: readonly LiquidTemplate[]): Omit<TemplateFacts, 'name' | 'text'> {
    const includes = new Set<string>()
    const options = Object.entries(this.#liquid.options).filter(([name]) => OF_MARKUP.test(name))
    const helpers = new Map([['options', this.#code.ofOptions(Object.fromEntries(options))]])
    let computed = false
    for (const template of allIn(templates)) {
      const { file, name = '' } = template
      if (INCLUDING.has(name) && file !== undefined) {
        const pattern = patternOf(file)
        if (pattern === undefined) computed = true
        else includes.add(pattern)
      }
      for (const argument of template.arguments?.() ?? []) {
        for (const filter of argument?.filters ?? []) {
          const code = functionOf(this.#liquid.filters[filter.name])
          if (code !== undefined) helpers.set(filter.name, this.#code.of(filter.name, code))
        }
      }
    }
    return { includes: [...includes], computed, helpers }
  }
}

/** Where a token begins. */
export function lineOf({ begin, input }: LiquidToken): number {
  return input.slice(0, begin).split('\n').length
}

/** Every piece of a parsed template, without what it includes. */
export function* allIn(templates: readonly LiquidTemplate[]): Generator<LiquidTemplate> {
  for (const template of templates) {
    yield template
    const children = template.children?.(false, true) ?? []
    yield* allIn('next' in children ? resultOf(children) : children)
  }
}

/** LiquidJS waits at each step; without partials there is nothing to wait for. */
function resultOf(steps: Iterator<unknown, readonly LiquidTemplate[]>): readonly LiquidTemplate[] {
  let step = steps.next()
  while (step.done !== true) step = steps.next(step.value)
  return step.value
}

/** As it is asked for: a relative name lies beside the template that includes it. */
function fromFile(name: string, from: string): string {
  const file = from.replace(/#\d+$/, '')
  return /^\.\.?\//.test(name) && isAbsolute(file) ? join(dirname(file), name) : name
}

function functionOf(filter: unknown): unknown {
  const { handler } = (filter ?? {}) as { handler?: unknown }
  const code = typeof filter === 'function' ? filter : handler
  return typeof code === 'function' ? code : undefined
}

/** `"cards/{{ kind }}"` is pieces of a template: `cards/**`. `undefined` for what may be any. */
function patternOf(file: unknown): string | undefined {
  if (typeof file === 'string') return file
  if (!Array.isArray(file)) return undefined
  const texts = file.map((piece: { readonly str?: unknown }) => {
    return typeof piece.str === 'string' ? piece.str : '**'
  })
  const pattern = texts.join('')
  return pattern.startsWith('*') ? undefined : pattern
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'ENOENT'
}
