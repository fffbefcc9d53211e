import type { FragmentOptions, FragmentsOptions } from '../../options.ts'
import type { FragmentCaches } from '../../fragment-cache.ts'
import type { VaryValue } from '../../key.ts'

/** Properties of a fragment in JSX. */
export interface FragmentProps extends Omit<FragmentOptions, 'holes'> {
  readonly name: string
  /** Everything that the children depend on. Default: nothing. */
  readonly vary?: readonly VaryValue[]
  /** Rendered on a miss only. */
  readonly children?: unknown
}

/** Properties of a place in a fragment that is rendered each time. */
export interface HoleProps {
  /** Of one of option `holes`. */
  readonly name: string
  /** For its component: plain data, stored with the fragment. Default `{}`. */
  readonly args?: object
}

export interface JsxOptions extends Omit<FragmentsOptions, 'holes'> {
  /** Those of `createCaches()`, or one cache. */
  readonly caches: FragmentCaches
  /** Components that are rendered each time, by name. Default none. */
  readonly holes?: Readonly<Record<string, (args: never) => unknown>>
  /**
   * Part of every key, such as the commit that was built: components are code, and nothing at run time sees what a change of
   * one changes. Default: the fragment's own `version`, if it has one.
   */
  readonly version?: string
}

/** Of the component of a hole: what it was given, and `context` where its page knows more of the request. */
export function propsOf(args: unknown, context: object | undefined): never {
  return { ...(args as object | null), ...(context === undefined ? {} : { context }) } as never
}

/** The options of one fragment. */
export function optionsOf(props: FragmentProps, version: string | undefined): FragmentOptions {
  const { cacheIf, stale, tags, ttl, using, varyOn } = props
  return { cacheIf, stale, tags, ttl, using, varyOn, version: props.version ?? version }
}
