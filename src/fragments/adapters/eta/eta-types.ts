// The few members of Eta 3 and 4 that are used.

interface EtaConfig {
  readonly views?: string
  readonly varName: string
  readonly functionHeader?: string
  readonly customTags?: Readonly<Record<string, unknown>>
  readonly parse: { readonly exec: string; readonly interpolate: string; readonly raw: string }
  readonly [option: string]: unknown
}

/** Code between signs: `e` runs, `i` and `r` are shown, others are tags of the application. */
interface EtaTag {
  readonly t: string
  readonly val: string
  readonly lineNo?: number
}

interface EtaStore {
  /** By name, private in its types. */
  readonly cache?: Readonly<Record<string, unknown>>
  get(name: string): unknown
}

/** An `Eta` with files. */
export interface Eta {
  readonly config: EtaConfig
  readonly templatesSync: EtaStore
  readonly templatesAsync: EtaStore
  parse(text: string): readonly (string | EtaTag)[]
  resolvePath(name: string, options: { readonly filepath?: string }): string
  readFile(path: string): string
  render(name: string, data: object): string
  renderAsync(name: string, data: object): Promise<string>
}
