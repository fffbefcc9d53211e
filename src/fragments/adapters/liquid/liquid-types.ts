// The few members of LiquidJS 10 that are used.

export interface LiquidToken {
  readonly kind?: number
  readonly name?: string
  readonly args?: string
  readonly input: string
  readonly begin: number
  readonly file?: string
}

interface LiquidVariable {
  readonly segments: readonly unknown[]
  readonly location: { readonly row: number; readonly file?: string }
}

interface LiquidFilter {
  readonly name: string
}

/** A parsed piece of a template: text, an output, or a tag. */
export interface LiquidTemplate {
  readonly token: LiquidToken
  readonly name?: string
  /** Of our tags: the names in what they say. */
  readonly names?: readonly (readonly string[])[]
  /** Of a hole: its name, and what is in it. */
  readonly hole?: string
  readonly body?: readonly LiquidTemplate[]
  /** Of tags that include: the name, or what computes it. */
  readonly file?: unknown
  render(context: LiquidContext, emitter: LiquidEmitter): unknown
  children?(
    partials: boolean,
    sync: boolean,
  ): Iterator<unknown, readonly LiquidTemplate[]> | readonly LiquidTemplate[]
  blockScope?(): Iterable<string>
  localScope?(): Iterable<{ readonly content: string }>
  partialScope?():
    | { readonly scope: Iterable<string | readonly [name: string, value: unknown]> }
    | undefined
  arguments?(): Iterable<{ readonly filters?: readonly LiquidFilter[] } | undefined>
}

export interface LiquidEmitter {
  write(text: string): void
}

export interface LiquidContext {
  readonly sync: boolean
  registers: Record<string, unknown>
  getAll(): object
  spawn(scope: object): LiquidContext
}

interface ParseStream {
  on(event: string, act: (this: ParseStream, found: LiquidTemplate) => void): ParseStream
  start(): ParseStream
  stop(): ParseStream
}

/** A `Liquid` of LiquidJS 10. */
export interface LiquidEngine {
  readonly options: {
    readonly root?: readonly string[]
    readonly partials?: readonly string[]
    readonly layouts?: readonly string[]
    readonly globals?: object
    /** What it reads files by. */
    readonly fs?: object
    /** Templates that are no files, by name. */
    readonly templates?: Readonly<Record<string, string>>
  }
  readonly filters: Readonly<Record<string, unknown>>
  readonly parser: { parseStream(tokens: LiquidToken[]): ParseStream }
  registerTag(name: string, tag: unknown): unknown
  evalValue(source: string, context: LiquidContext): Promise<unknown>
  render(templates: readonly LiquidTemplate[], context: LiquidContext | object): Promise<unknown>
  parse(text: string): readonly LiquidTemplate[]
  readonly renderFile: (file: string, data?: unknown, options?: unknown) => Promise<unknown>
  readonly parseAndRender: (text: string, data?: unknown, options?: unknown) => Promise<unknown>
  parseFile(file: string, lookup?: string): Promise<readonly LiquidTemplate[]>
  analyze(
    templates: readonly LiquidTemplate[],
    options: { readonly partials: boolean },
  ): Promise<{ readonly globals: Readonly<Record<string, readonly LiquidVariable[]>> }>
}
