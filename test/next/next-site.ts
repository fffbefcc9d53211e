// What Next.js hands to handlers and what it does with their answers, without Next.js.
import type { UseCacheEntry, UseCacheHandler } from '../../src/next/index.ts'
import { nextNow } from '../../src/next/moments.ts'

/** An entry that begins to be made now. */
export function entry(body: string, parts: Partial<UseCacheEntry> = {}): UseCacheEntry {
  return {
    value: new Blob([body]).stream(),
    tags: [],
    stale: 300,
    timestamp: nextNow(),
    expire: 3600,
    revalidate: 900,
    ...parts,
  }
}

export async function textOf(found: UseCacheEntry | undefined): Promise<string | undefined> {
  return found === undefined ? undefined : await new Response(found.value).text()
}

/** Asks, makes what is not there, and brings it, as Next.js does; `meanwhile` happens while it is made. */
export async function ask(
  handler: UseCacheHandler,
  key: string,
  body: string,
  parts: Partial<UseCacheEntry> & {
    readonly softTags?: string[]
    readonly meanwhile?: () => Promise<unknown>
  } = {},
): Promise<string> {
  const { meanwhile, softTags = [], ...more } = parts
  await handler.refreshTags()
  const found = await handler.get(key, softTags)
  if (found !== undefined && found.revalidate >= 0) return (await textOf(found)) as string
  const made = entry(body, more)
  await meanwhile?.()
  await handler.set(key, Promise.resolve(made))
  return found === undefined ? body : ((await textOf(found)) as string)
}
