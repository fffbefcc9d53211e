// The two libraries of JSX that have fragments, as the tests call them.
import { raw } from 'hono/html'
import { Fragment, jsx } from 'hono/jsx'
import { createElement, Fragment as ReactFragment, type ReactNode } from 'react'
import { renderToReadableStream } from 'react-dom/server'
import { honoFragments, reactFragments } from '../../../src/fragments/adapters/jsx/index.ts'
import type { Fragments } from '../../../src/fragments/index.ts'

/** One library: what it makes elements by, and a page of them. */
export interface JsxSite {
  element(type: unknown, props: object | null, ...children: unknown[]): unknown
  readonly Cached: unknown
  readonly Hole: unknown
  /** What is shown as it is, one after the other. */
  readonly Several: unknown
  readonly fragments: Fragments
  show(node: unknown): Promise<string>
  /** What a fragment is put into. */
  readonly around: readonly [before: string, after: string]
}

export interface Given {
  readonly caches: object
  readonly version?: string
  readonly onPersonal?: 'throw' | 'skip'
  readonly holes?: Readonly<Record<string, (args: never) => unknown>>
  readonly helperVersions?: Readonly<Record<string, string>>
}

interface Library {
  readonly honoFragments: typeof honoFragments
  readonly reactFragments: typeof reactFragments
}

const here: Library = { honoFragments, reactFragments }

export function openHono(given: Given, library = here): JsxSite {
  const { Cached, fragments, Hole } = library.honoFragments({ ...given, raw, Fragment })
  return {
    element: (type, props, ...children) => jsx(type as string, props, ...(children as never[])),
    Cached,
    Hole,
    Several: Fragment,
    fragments,
    show: async (node) => String(await (node as { toString(): unknown }).toString()),
    around: ['', ''],
  }
}

export function openReact(given: Given, library = here): JsxSite {
  const { Cached, fragments, Hole } = library.reactFragments({
    ...given,
    createElement,
    renderToReadableStream,
  })
  return {
    element: (type, props, ...children) =>
      createElement(type as never, props as never, ...(children as never[])),
    Cached,
    Hole,
    Several: ReactFragment,
    fragments,
    async show(node) {
      let failure: unknown
      const onError = (error: unknown): void => {
        failure ??= error
      }
      const stream = await renderToReadableStream(node as ReactNode, { onError })
      await stream.allReady
      // Between two texts React puts a sign for itself.
      const text = (await new Response(stream).text()).replaceAll('<!-- -->', '')
      if (failure !== undefined) throw failure as Error
      return text
    },
    around: ['<div>', '</div>'],
  }
}
