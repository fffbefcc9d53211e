import { optionError } from '../../../base/errors.ts'
import { createFragments, type Fragments } from '../../fragments.ts'
import type { HoleRenderer } from '../../options.ts'
import { Components } from './components.ts'
import { type FragmentProps, type HoleProps, type JsxOptions, propsOf, requestOf } from './props.ts'

export interface HonoJsxOptions extends JsxOptions {
  /** `Fragment` of `hono/jsx`. */
  readonly Fragment: (props: { readonly children: never }) => unknown
  /** `raw` of `hono/html`. */
  readonly raw: (text: string) => unknown
}

/** Components of Hono JSX, and what drops fragments by hand. */
export interface HonoFragments {
  readonly fragments: Fragments
  /** `<Cached name="sidebar" vary={[user.id]} ttl="15m">…</Cached>`: its children are rendered on a miss only. */
  readonly Cached: (props: FragmentProps) => Promise<never>
  /** `<Hole name="csrf" args={{ form: 'login' }} />`: rendered each time. */
  readonly Hole: (props: HoleProps) => Promise<never>
}

/**
 * Fragments in Hono JSX.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function honoFragments(given: HonoJsxOptions): HonoFragments {
  const { caches, Fragment, helperVersions, holes = {}, raw, version, ...rest } = given
  if (typeof Fragment !== 'function' || typeof raw !== 'function')
    throw optionError('raw', "raw of 'hono/html' and Fragment of 'hono/jsx'", raw)
  // A node with something asynchronous in it must not be made a string in any other way.
  const text = async (children: unknown): Promise<string> => {
    const node = Fragment({ children: children as never }) as {
      toString(): string | Promise<string>
    }
    return await node.toString()
  }
  const renderers = Object.entries(holes).map(([name, component]): [string, HoleRenderer] => {
    return [name, async (args, context) => await text(await component(propsOf(args, context)))]
  })
  const fragments = createFragments(caches, {
    ...rest,
    version,
    holes: Object.fromEntries(renderers),
  })
  const components = new Components(helperVersions)
  return {
    fragments,
    async Cached(props) {
      const body = (): Promise<string> => text(props.children)
      return raw(await fragments.show({ ...requestOf(props, components, version), body })) as never
    },
    async Hole({ args = {}, name }) {
      return raw(await fragments.hole(name, args)) as never
    },
  }
}
