// The few members of Nunjucks 3 that are used.

export interface NunjucksNode {
  readonly typename: string
  readonly lineno: number
  readonly colno: number
  readonly fields: readonly string[]
}

interface Token {
  readonly type: string
  readonly value: string
  readonly lineno: number
  readonly colno: number
}

export interface NunjucksParser {
  readonly tokens: { readonly str: string }
  nextToken(withBlanks?: boolean): Token | null
  peekToken(): Token | null
  pushToken(token: Token): void
  parseExpression(): NunjucksNode
  parsePrimary(): NunjucksNode
  /** The node, or a filter of it where one follows. */
  parseFilter(node: NunjucksNode): NunjucksNode
  parseUntilBlocks(...names: string[]): NunjucksNode
  advanceAfterBlockEnd(name?: string): unknown
  skipValue(type: string, value: string): boolean
}

type NodeClass = new (line: number, column: number, value: unknown) => NunjucksNode

export interface NunjucksNodes {
  readonly Array: NodeClass
  readonly Dict: NodeClass
  readonly Literal: NodeClass
  readonly NodeList: NodeClass
  readonly Pair: new (
    line: number,
    column: number,
    key: NunjucksNode,
    value: NunjucksNode,
  ) => NunjucksNode
  readonly CallExtensionAsync: new (
    extension: string,
    method: string,
    args: NunjucksNode,
    content: readonly NunjucksNode[],
  ) => NunjucksNode
}

export interface NunjucksFrame {
  readonly variables: Readonly<Record<string, unknown>>
  readonly parent: NunjucksFrame | undefined
  set(name: string, value: unknown): void
}

type Block = (...given: never[]) => void

export interface NunjucksContext {
  readonly blocks: Readonly<Record<string, readonly Block[]>>
  addBlock(name: string, block: Block): unknown
}

export interface NunjucksTemplate {
  readonly tmplStr?: string
  readonly path?: string
  readonly blocks: Readonly<Record<string, Block>>
  compile(): void
  render(variables: object, done: (error: unknown, text?: string | null) => void): unknown
  rootRenderFunc(
    env: unknown,
    context: NunjucksContext,
    frame: NunjucksFrame,
    runtime: unknown,
    done: (error: Error | null | undefined, text?: string) => void,
  ): void
}

type Found = (error: Error | null | undefined, template?: NunjucksTemplate) => void

interface NunjucksLoader {
  readonly searchPaths?: readonly string[]
}

/** An `Environment` of Nunjucks 3. */
export interface NunjucksEnvironment {
  readonly opts: object
  readonly loaders: readonly NunjucksLoader[]
  readonly extensionsList: readonly object[]
  readonly filters: Readonly<Record<string, unknown>>
  readonly tests: Readonly<Record<string, unknown>>
  readonly globals: Readonly<Record<string, unknown>>
  addExtension(name: string, extension: object): unknown
  readonly getTemplate: GetTemplate
  readonly render: (...given: unknown[]) => unknown
  readonly renderString: (...given: unknown[]) => unknown
}

/** What is called of an environment with everything given. */
type GetTemplate = (
  name: unknown,
  eager: boolean,
  parent: string | null,
  ignoreMissing: boolean,
  found: Found,
) => unknown

/** The module `nunjucks`. */
export interface NunjucksModule {
  readonly Template: new (source: string, env: never, path?: string) => unknown
  readonly runtime: {
    readonly Frame: new () => NunjucksFrame
    readonly SafeString: new (text: string) => object
  }
  readonly parser: {
    parse(source: string, extensions: readonly object[], options: object): NunjucksNode
  }
}
