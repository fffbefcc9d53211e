import { optionError } from '../../../base/errors.ts'
import { currentMaking } from '../../../cache/making.ts'
import { createFragments, type Fragments } from '../../fragments.ts'
import type { HoleRenderer } from '../../options.ts'
import { FragmentScope } from '../../scope.ts'
import { HelperCode } from '../../helper-code.ts'
import { standsFor } from '../../hole-source.ts'
import { Components } from './components.ts'
import { componentOf } from './elements.ts'
import { Lineage } from './lineage.ts'
import { type FragmentProps, type HoleProps, type JsxOptions, propsOf, requestOf } from './props.ts'

type CreateElement = (type: never, props: never, ...children: never[]) => unknown
type RenderStream = (node: never) => Promise<ReadableStream & { readonly allReady: Promise<void> }>

/** What is needed of React, and how fragments are kept. */
export interface ReactJsxOptions extends JsxOptions {
  /** `createElement` of `react`. */
  readonly createElement: unknown
  /** `renderToReadableStream` of `react-dom/server`. */
  readonly renderToReadableStream: unknown
}

/** Properties of an element that holds markup, which React must be given in one. */
interface Holding {
  /** The element around the markup. Default `'div'`. */
  readonly as?: string
}

/** Components of React for pages that are rendered on a server, and what drops fragments by hand. */
export interface ReactFragments {
  /** What the components are kept by: for statistics, and to render outside of JSX. */
  readonly fragments: Fragments
  /** `<Cached name="sidebar" vary={[user.id]} ttl="15m">…</Cached>`: markup without hydration. Its children see no context of React. */
  readonly Cached: (props: FragmentProps & Holding) => Promise<never>
  /** `<Hole name="csrf" args={{ form: 'login' }} />`: rendered each time. */
  readonly Hole: (props: HoleProps & Holding) => Promise<never>
}

/**
 * Fragments in React, for static parts of pages that `renderToReadableStream` makes.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function reactFragments(given: ReactJsxOptions): ReactFragments {
  const { caches, createElement, helperVersions, holes = {}, version, ...more } = given
  const { renderToReadableStream, ...rest } = more
  if (typeof createElement !== 'function' || typeof renderToReadableStream !== 'function')
    throw optionError(
      'createElement',
      "createElement of 'react' and renderToReadableStream",
      createElement,
    )
  const text = async (node: unknown): Promise<string> => {
    let failure: { readonly error: unknown } | undefined
    const onError = (error: unknown): void => {
      failure ??= { error }
    }
    const stream = await (
      renderToReadableStream as (...args: unknown[]) => ReturnType<RenderStream>
    )(node, { onError })
    await stream.allReady
    const markup = await new Response(stream).text()
    // What failed within a boundary is left to the browser, which would get it from the cache for ever.
    if (failure !== undefined) throw failure.error
    return markup
  }
  const element = (type: string, markup: string): never => {
    const props = { dangerouslySetInnerHTML: { __html: markup } }
    return (createElement as CreateElement)(type as never, props as never) as never
  }
  const renderers = Object.entries(holes).map(([name, component]): [string, HoleRenderer] => {
    const render: HoleRenderer = (args, context) => {
      return text((createElement as CreateElement)(component as never, propsOf(args, context)))
    }
    return [name, standsFor(render, componentOf(component))]
  })
  const code = new HelperCode(helperVersions)
  const [components, lineage] = [new Components(code), new Lineage(code)]
  const fragments = createFragments(caches, {
    ...rest,
    version,
    holes: Object.fromEntries(renderers),
  })
  const made: ReactFragments = {
    fragments,
    async Cached({ as = 'div', ...props }) {
      const body = (): Promise<string> => text(lineage.watched(props.children))
      const markup = await fragments.show({
        ...requestOf(props, components, lineage, version),
        body,
      })
      return element(as, markup)
    },
    async Hole({ args = {}, as = 'span', name }) {
      const markup = await fragments.hole(name, args)
      // A marker is text, which React leaves as it is.
      if (currentMaking() instanceof FragmentScope) return markup as never
      return element(as, markup)
    },
  }
  lineage.leaveOut(made.Cached, made.Hole)
  return made
}
