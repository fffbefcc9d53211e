// Two processes of a site, whatever they do in whatever order: begin to make what is missing, bring it, change the source and
// update the tag. Nobody who asks afterwards is given what was read before.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCacheHandler, createUseCacheHandler } from '../../src/next/index.ts'
import { FreshCaches } from '../cache/fresh-caches.ts'
import { entry, textOf } from './next-site.ts'

/** What both handlers have in common: each asks for one value of the source, and brings it. */
interface Fills {
  ask(key: string): Promise<number | undefined>
  /** Called at once when nothing was found; brings the value when what it returns is called. */
  make(key: string, value: number): () => Promise<void>
  update(tag: string): Promise<void>
}
type Open = (caches: FreshCaches) => () => Fills

/** One handler for the life of a process. */
const ofUseCache: Open = (caches) => {
  const handler = createUseCacheHandler(caches.open())
  return () => ({
    async ask(key) {
      await handler.refreshTags()
      const text = await textOf(await handler.get(key, [`soft-${key}`]))
      return text === undefined ? undefined : Number(text)
    },
    make(key, value) {
      const made = entry(String(value), { tags: [key] })
      return async () => await handler.set(key, Promise.resolve(made))
    },
    update: (tag) => handler.updateTags([tag]),
  })
}

/** One handler for each request. */
const ofPages: Open = (caches) => {
  const Handler = createCacheHandler(caches.open())
  return () => {
    const handler = new Handler({})
    return {
      async ask(key) {
        const found = await handler.get(key, { kind: 'APP_ROUTE' })
        const { status } = (found?.value ?? {}) as { status?: number }
        return status
      },
      make(key, status) {
        const headers = { 'x-next-cache-tags': key }
        return async () => {
          const value = { kind: 'APP_ROUTE', status, headers }
          await handler.set(key, value, { cacheControl: { revalidate: 600 } })
        }
      },
      update: (tag) => handler.revalidateTag(tag),
    }
  }
}

const KEYS = ['a', 'b']
const ACTS = fc.array(
  fc.record({
    act: fc.constantFrom<Act['act'][]>('ask', 'ask', 'bring', 'bring', 'change', 'soft'),
    process: fc.nat(1),
    key: fc.constantFrom(...KEYS),
    which: fc.nat(9),
    /** Whether the next act waits for this one. */
    waits: fc.boolean(),
  }),
  { minLength: 5, maxLength: 40, size: 'max' },
)

describe.each([
  ['use cache', ofUseCache],
  ['pages', ofPages],
] as const)('whatever the order, of %s', (_name, open) => {
  it('nobody is given what was read before a change that was confirmed before he asked', async () => {
    let found = 0
    const play = async (acts: readonly Act[]): Promise<void> => {
      const caches = new FreshCaches()
      const processes = [open(caches), open(caches)] as const
      const source = new Map(KEYS.map((key) => [key, 1]))
      const confirmed = new Map(KEYS.map((key) => [key, 1]))
      const brought: (() => Promise<void>)[] = []
      const running: Promise<void>[] = []

      const asks = async (fills: Fills, key: string): Promise<void> => {
        const least = confirmed.get(key) as number
        const value = await fills.ask(key)
        if (value === undefined) {
          brought.push(fills.make(key, source.get(key) as number))
          return
        }
        found++
        expect(value).toBeGreaterThanOrEqual(least)
      }
      const changes = async (fills: Fills, key: string): Promise<void> => {
        const version = (source.get(key) as number) + 1
        source.set(key, version)
        await fills.update(key)
        confirmed.set(key, Math.max(version, confirmed.get(key) as number))
      }
      for (const { act, key, process, waits, which } of acts) {
        const fills = (processes[process] as () => Fills)()
        const doing = async (): Promise<void> => {
          if (act === 'ask') await asks(fills, key)
          else if (act === 'change') await changes(fills, key)
          else if (act === 'soft') await fills.update(`soft-${key}`)
          else await brought.splice(which % Math.max(1, brought.length), 1)[0]?.()
        }
        running.push(doing())
        if (waits) await Promise.all(running)
      }
      await Promise.all(running)
      for (const bring of brought) await bring()
      for (const key of KEYS) for (const process of processes) await asks(process(), key)
      await caches.close()
    }

    await fc.assert(fc.asyncProperty(ACTS, play), { numRuns: 300 })

    expect(found).toBeGreaterThan(300)
  }, 120_000)
})

interface Act {
  readonly act: 'ask' | 'bring' | 'change' | 'soft'
  readonly process: number
  readonly key: string
  readonly which: number
  readonly waits: boolean
}
