import { randomUUID } from 'node:crypto'
import { hashOf } from '../../digest.ts'
import type { FragmentRequest } from '../../fragment-request.ts'
import type { HelperVersions } from '../../helper-code.ts'
import type { FragmentOptions, FragmentsOptions } from '../../options.ts'
import type { FragmentCaches } from '../../fragment-cache.ts'
import type { VaryValue } from '../../key.ts'
import type { Components } from './components.ts'
import type { Lineage } from './lineage.ts'
import { placeOfCode } from './place.ts'

/** Properties of a fragment in JSX. */
export interface FragmentProps extends Omit<FragmentOptions, 'holes'> {
  /** Of the fragment: a part of its key. */
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

/** How fragments are kept, and whose request is being rendered. */
export interface JsxOptions extends Omit<FragmentsOptions, 'holes'> {
  /** Those of `createCaches()`, or one cache. */
  readonly caches: FragmentCaches
  /** Components that are rendered each time, by name. Default none. */
  readonly holes?: Readonly<Record<string, (args: never) => unknown>>
  /**
   * Part of every key, such as the commit that was built: components are code, and what one renders in turn cannot be seen
   * before it does. With none a fragment is this process's own, so that no deploy shows what an older build rendered.
   */
  readonly version?: string
  /** By name of a component, what it counts by besides its source. Default none. */
  readonly helperVersions?: HelperVersions
}

/** Of the component of a hole: what it was given, and `context` where its page knows more of the request. */
export function propsOf(args: unknown, context: object | undefined): never {
  return { ...(args as object | null), ...(context === undefined ? {} : { context }) } as never
}

/** Of this process: what no other one, of this build or another, has rendered. */
const OWN = randomUUID()
let warned = false

/** What a fragment is besides its name and what it varies on. */
export function requestOf(
  props: FragmentProps,
  components: Components,
  lineage: Lineage,
  version: string | undefined,
): Omit<FragmentRequest, 'body'> {
  const { cacheIf, children, name, stale, tags, ttl, using, vary = [], varyOn } = props
  const build = props.version ?? version
  if (build === undefined) warn()
  const { code, names } = components.in(children)
  const shown = names.slice(0, MOST_NAMES).join(', ')
  const options = { cacheIf, stale, tags, ttl, using, varyOn }
  return {
    name,
    vary,
    options: { ...options, version: `${build ?? OWN}.${hashOf(code)}` },
    where: names.length > MOST_NAMES ? `${shown}, …` : shown || undefined,
    place: placeOfCode,
    knows: lineage.knows,
    remedy: REMEDY,
  }
}

/** In messages. */
const MOST_NAMES = 3
const REMEDY =
  "render it by <Hole> (option 'holes'), or vary on it and say so (varyOn={['user']}), or leave it outside."

function warn(): void {
  if (warned || process.env['NODE_ENV'] !== 'production') return
  warned = true
  process.emitWarning(
    "Fragments in JSX have no version: each process renders its own, and none outlives it. Give option 'version', such as the commit that was built, and they are shared.",
    { type: 'BreakwaterWarning', code: 'BREAKWATER_JSX_VERSION' },
  )
}
