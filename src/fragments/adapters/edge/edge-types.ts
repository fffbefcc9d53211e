// The few members of Edge 6 that are used.

/** A piece of a template: text, a comment, an expression between braces, or a tag. */
export interface EdgeToken {
  readonly type: string
  readonly filename: string
  readonly properties?: { name?: string; jsArg: string }
  readonly loc?: { readonly start: { readonly line: number; readonly col: number } }
  readonly children?: readonly EdgeToken[]
}

interface EdgeCompiler {
  tokenizeRaw(text: string, path: string): readonly EdgeToken[]
}

interface EdgeLoader {
  readonly mounted: Readonly<Record<string, string>>
  makePath(name: string): string
  resolve(path: string): { readonly template: string }
  listTemplates(): readonly { readonly templates: readonly string[] }[]
}

/** An `Edge.create()`. */
export interface Edge {
  readonly asyncCompiler: EdgeCompiler
  readonly globals: object
  readonly loader: EdgeLoader
  readonly processor: { executeTag(data: { readonly tag: EdgeToken; readonly path: string }): void }
  readonly tags: Readonly<Record<string, { readonly compile?: unknown }>>
  render(name: string, data: object): Promise<string>
}
