// The few members of Pug 3 that are used.

/** A node of its syntax tree; which fields it has follows from its type. */
export interface PugNode {
  readonly type: string
  readonly line?: number
  readonly filename?: string
  readonly [field: string]: unknown
}

/** The module `pug`. */
export interface Pug {
  readonly filters?: Readonly<Record<string, unknown>>
  renderFile(file: string, options: object): string
  compileFile(file: string, options: object): { readonly dependencies?: readonly string[] }
}
