// Requirement: pages within pages and fragments within both, in every order: what is inside is a part of all that is around it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFragments, type Fragments, tag } from '../../src/fragments/index.ts'
import { pageCache, siteCache } from '../../src/http/index.ts'
import { openCaches } from '../fragments/open-caches.ts'

type Level = 'page' | 'fragment' | 'hole'

/** All orders of one to `depth` levels of these kinds. */
function orders(kinds: readonly Level[], depth: number): Level[][] {
  if (depth === 0) return [[]]
  const shorter = orders(kinds, depth - 1)
  const longest = shorter.filter((order) => order.length === depth - 1)
  return [...shorter, ...longest.flatMap((order) => kinds.map((kind) => [...order, kind]))]
}

const ORDERS = orders(['page', 'fragment'], 4)
  .filter((order) => order.length > 0)
  .map((order) => [order.join(' around '), order] as const)

let opened: ReturnType<typeof openCaches>
let fragments: Fragments
let runs: string[]

beforeEach(() => {
  opened = openCaches()
  fragments = createFragments(opened.caches)
  runs = []
})

afterEach(async () => {
  await opened.caches.close()
})

/** What the innermost of these levels shows, through all of them. */
async function show(
  levels: readonly Level[],
  inside: () => Promise<string> | string,
  depth = 0,
): Promise<string> {
  const [kind, ...rest] = levels
  if (kind === undefined) return await inside()
  const body = async (): Promise<string> => {
    runs.push(`${kind} ${depth}`)
    return `(${await show(rest, inside, depth + 1)})`
  }
  if (kind === 'fragment') return await fragments.fragment(`f${depth}`, [], body)
  const page = pageCache(opened.caches.pages, '60s', {
    clock: opened.clock,
    onError: (error) => expect.fail(String(error)),
  })
  const answer = await page(new Request(`http://site.test/${depth}`), async () => {
    return new Response(await body(), { headers: { 'Content-Type': 'text/html' } })
  })
  return await answer.text()
}

describe.each(ORDERS)('%s', (_name, levels) => {
  it('is dropped, at all levels, by a tag of what is innermost', async () => {
    let version = 1
    const inside = (): string => {
      tag('inside')
      return `v${version}`
    }
    await show(levels, inside)
    runs = []
    await show(levels, inside)
    expect(runs).toEqual([])
    version = 2
    await Promise.all([
      opened.caches.default.invalidateTags(['inside']),
      opened.caches.pages.invalidateTags(['inside']),
    ])

    const shown = await show(levels, inside)

    expect(shown).toBe(`${'('.repeat(levels.length)}v2${')'.repeat(levels.length)}`)
    expect(runs).toHaveLength(levels.length)
  })

  it('is dropped so, too, when what is inside came from the cache', async () => {
    let version = 1
    const inside = (): string => {
      tag('inside')
      return `v${version}`
    }
    // From the inside out, each level finds the next one stored.
    for (let from = levels.length - 1; from >= 0; from--) {
      await show(levels.slice(from), inside, from)
    }
    expect(runs).toHaveLength(levels.length)
    version = 2
    await Promise.all([
      opened.caches.default.invalidateTags(['inside']),
      opened.caches.pages.invalidateTags(['inside']),
    ])

    const shown = await show(levels, inside)

    expect(shown).toContain('v2')
  })

  if (levels[0] !== 'page') return
  it('does not wait for itself when what is innermost asks for the outermost', async () => {
    let asked = 0
    const inside = async (): Promise<string> => {
      if (asked++ > 0) return 'end'
      return await show(levels.slice(0, 1), () => 'again', 0)
    }

    const shown = await show(levels, inside)

    expect(shown).toContain('again')
  })
})

describe('a cache of a whole site', () => {
  it.for([[1], [2], [3]] as const)(
    'leaves a page to the cache of its route with %s fragments between them',
    async ([between]) => {
      const clock = opened.clock
      const site = siteCache(opened.caches.pages, '60s', { clock, cacheStatus: true })
      const request = (): Request => new Request('http://site.test/0')
      const ask = async (): Promise<Response> =>
        await site(request(), async () => {
          const levels = Array.from({ length: between }, () => 'fragment' as const)
          const page = pageCache(opened.caches.pages, '60s', { clock, tags: ['route'] })
          const inside = async (): Promise<string> =>
            await (await page(request(), () => new Response('route'))).text()
          return new Response(await show(levels, inside))
        })

      const answers = [await ask(), await ask()]

      expect(answers[0]?.headers.get('cache-status')).toContain('cached by its route')
      expect(answers[1]?.headers.get('cache-status')).not.toContain('; hit')
    },
  )
})
