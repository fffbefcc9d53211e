// Holes of the pages under attack. In a page of a cache they are told who is asking by option `holes`; in the twin, which has
// no cache, by the view that renders them.
import { AsyncLocalStorage } from 'node:async_hooks'
import { createCaches, memory } from 'breakwater'
import { createFragments, type HoleRenderer, type PageHoles } from 'breakwater/fragments'
import { type Call, MALLORY } from './attack.ts'
import { cookiesOf } from './cookies-of.ts'

const asked = new AsyncLocalStorage<Call>()

interface Known {
  readonly sid?: string | undefined
}

const greet: HoleRenderer = (args, context) => {
  const { sid }: Known = context ?? { sid: asked.getStore()?.cookie('sid') }
  if (sid === MALLORY && (args as { fails?: boolean } | null)?.fails === true)
    throw new Error('The hole is broken.')
  return `[${sid ?? 'nobody'}]`
}

const fragments = createFragments(createCaches({ default: { store: memory(), ttl: 'forever' } }), {
  holes: { greet },
})
export const { fragment, hole } = fragments

/** Renders with holes, for whoever asks. */
export async function holed(call: Call, render: () => Promise<string>): Promise<string> {
  return await asked.run(call, render)
}

/** What holes are told of a request of any framework. */
export const HOLES: PageHoles<unknown> = fragments.inPages((incoming: unknown) => {
  const { req } = incoming as { req?: { raw?: object } }
  const { headers } = (req?.raw ?? req ?? incoming) as { headers: unknown }
  const line =
    headers instanceof Headers
      ? headers.get('cookie')
      : (headers as { get?: (name: string) => string | null; cookie?: string })
  const text = typeof line === 'object' ? (line?.get?.('cookie') ?? line?.cookie) : line
  return { sid: cookiesOf(text ?? undefined)['sid'] }
})
