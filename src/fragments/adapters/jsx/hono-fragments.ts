import { optionError } from '../../../base/errors.ts'
import { createFragments, type Fragments } from '../../fragments.ts'
import type { HoleRenderer } from '../../options.ts'
import { HelperCode } from '../../helper-code.ts'
import { standsFor } from '../../hole-source.ts'
import { Components } from './components.ts'
import { componentOf } from './elements.ts'
import { Lineage } from './lineage.ts'
import { type FragmentProps, type HoleProps, type JsxOptions, propsOf, requestOf } from './props.ts'

/** What is needed of Hono's JSX, and how fragments are kept. */
export interface HonoJsxOptions extends JsxOptions {
  /** `Fragment` of `hono/jsx`. */
  readonly Fragment: (props: { readonly children: never }) => unknown
  /** `raw` of `hono/html`. */
  readonly raw: (text: string) => unknown
}

/** Components of Hono JSX, and what drops fragments by hand. */
export interface HonoFragments {
  /** What the components are kept by: for statistics, and to render outside of JSX. */
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
    const render: HoleRenderer = async (args, context) => {
      return await text(await component(propsOf(args, context)))
    }
    return [name, standsFor(render, componentOf(component))]
  })
  const fragments = createFragments(caches, {
    ...rest,
    version,
    holes: Object.fromEntries(renderers),
  })
  const code = new HelperCode(helperVersions)
  const [components, lineage] = [new Components(code), new Lineage(code)]
  const made: HonoFragments = {
    fragments,
    async Cached(props) {
      const body = (): Promise<string> => text(lineage.watched(props.children))
      return raw(
        await fragments.show({ ...requestOf(props, components, lineage, version), body }),
      ) as never
    },
    async Hole({ args = {}, name }) {
      return raw(await fragments.hole(name, args)) as never
    },
  }
  lineage.lookThrough(Fragment)
  lineage.leaveOut(made.Cached, made.Hole)
  return made
}
