// The few members of Handlebars 4 that are used.

/** A node of its syntax tree; which fields it has follows from its type. */
export interface HandlebarsNode {
  readonly type: string
  readonly loc: { readonly start: { readonly line: number; readonly column: number } }
  readonly [field: string]: unknown
}

export interface HelperOptions {
  readonly fn?: (context: unknown, options: { readonly data: object }) => string
  readonly hash: Readonly<Record<string, unknown>>
  readonly data?: Readonly<Record<string, unknown>>
  readonly loc?: HandlebarsNode['loc']
}

type Template = (context: unknown, options: { readonly data: object }) => string

/** A Handlebars 4: the module, or what its `create()` returns. */
export interface Handlebars {
  readonly partials: Readonly<Record<string, unknown>>
  readonly helpers: Readonly<Record<string, unknown>>
  readonly SafeString: new (text: string) => object
  compile(source: string, options?: object): Template
  parse(source: string): HandlebarsNode
  registerHelper(name: string, helper: (this: unknown, ...given: unknown[]) => unknown): void
}
