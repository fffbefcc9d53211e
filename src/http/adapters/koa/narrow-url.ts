/** Koa's own copies of the request's target, on the context and on its request, and the URL made of it. */
interface Copies {
  originalUrl: string
  readonly request?: { originalUrl: string; memoizedURL?: unknown }
}

/**
 * Hides from the view what its page's key does not have of the query.
 *
 * @param query with its `?`; `undefined`: the key has all of it
 * @returns gives it back
 */
export function narrowUrl(ctx: object, query: string | undefined): () => void {
  if (query === undefined) return () => {}
  const copies = ctx as Copies
  const whole = copies.originalUrl
  const set = (url: string): void => {
    copies.originalUrl = url
    if (copies.request === undefined) return
    copies.request.originalUrl = url
    copies.request.memoizedURL = undefined
  }
  set((whole.split('?', 1)[0] as string) + query)
  return () => set(whole)
}
