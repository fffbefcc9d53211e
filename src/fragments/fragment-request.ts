import type { VaryValue } from './key.ts'
import type { FragmentOptions, HoleRenderer } from './options.ts'

/** One fragment as an engine's adapter asks for it. */
export interface FragmentRequest {
  readonly name: string
  readonly vary: readonly VaryValue[]
  readonly options: FragmentOptions
  /** Where it stands, for messages: `page.njk, line 3`. */
  readonly where?: string | undefined
  /** Where the code stands that reads something while it is rendered, in words. */
  readonly place?: (() => string | undefined) | undefined
  /** What is known of its template to be one visitor's own, in words; not rendered for all. */
  readonly personal?: string | undefined
  /** How this engine's templates say that something is rendered each time. */
  readonly remedy?: string | undefined
  /** Renderers of holes besides those of the options; `undefined` for a name that is not theirs. */
  readonly hole?: ((name: string) => HoleRenderer | undefined) | undefined
  /** The variables of the page around it. */
  readonly variables?: object | undefined
  /** Whether something would be made here by what it was made by. Default: what is stored was made by the same. */
  readonly knows?: ((made: string) => boolean) | undefined
  readonly body: () => Promise<string> | string
}
