import { startStore } from '../store.ts'
import { readTrace } from './trace.ts'

/** Where in the trace the visits begin: the favourites have become favourites. */
const WELL_IN = 12_000

/** What the same visits cost a shop in which nothing else is kept. */
export interface PartsRun {
  readonly kept: boolean
  readonly visits: number
  readonly rendered: number
  readonly queries: number
  readonly seconds: number
}

/**
 * One visitor who is logged in, so that no page is kept whole, looks at products and categories one after the other: once with
 * nothing kept at all, once with the parts of pages kept and nothing else.
 */
export async function measureParts(visits: number): Promise<PartsRun[]> {
  const runs: PartsRun[] = []
  for (const kept of [false, true]) runs.push(await run(kept, visits))
  return runs
}

async function run(kept: boolean, visits: number): Promise<PartsRun> {
  const store = await startStore({
    port: 0,
    databaseUrl: undefined,
    redisUrl: undefined,
    cacheOff: true,
    onlyParts: kept,
  })
  try {
    const headers = { cookie: await logIn(store.url), origin: store.url }
    const read = async (path: string): Promise<string> =>
      await (await fetch(store.url + path, { headers })).text()
    const numbers = async () =>
      JSON.parse(await read('/cache-stats.json')) as {
        readonly partsRendered: number
        readonly databaseQueries: number
      }
    const home = await read('/')
    const categories = [...home.matchAll(/href="(\/categories\/[\w-]+)"/g)].map(([, path]) => path)
    const products = readTrace().slice(WELL_IN)
    const before = await numbers()
    const began = performance.now()
    for (let visit = 0; visit < visits; visit++) {
      const isList = visit % 4 === 3
      await read(
        isList
          ? (categories[visit % categories.length] ?? '/')
          : `/product/${products[visit % products.length]}`,
      )
    }
    const seconds = (performance.now() - began) / 1000
    const after = await numbers()
    return {
      kept,
      visits,
      rendered: after.partsRendered - before.partsRendered,
      queries: after.databaseQueries - before.databaseQueries,
      seconds,
    }
  } finally {
    await store.close()
  }
}

/** @returns the cookie of a visitor who is known */
async function logIn(url: string): Promise<string> {
  const page = await fetch(`${url}/login`)
  const [, token = ''] = /name="token" value="([\w-]+)"/.exec(await page.text()) ?? []
  const [given = ''] = page.headers.getSetCookie()
  const answer = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: given.split(';')[0] ?? '', origin: url },
    body: new URLSearchParams({ email: 'ada@example.com', password: 'lantern', next: '/', token }),
  })
  const session = answer.headers.getSetCookie().find((cookie) => cookie.startsWith('shop_session='))
  if (session === undefined) throw new Error(`the login answered ${answer.status}`)
  return session.split(';')[0] ?? ''
}

/** One line per run, and what the second saves of the first. */
export function partsTable(runs: readonly PartsRun[]): string {
  const rows = runs.map(({ kept, queries, rendered, seconds, visits }) => [
    kept ? 'parts kept' : 'nothing kept',
    String(visits),
    String(rendered),
    String(queries),
    `${((seconds / visits) * 1000).toFixed(1)} ms`,
  ])
  const [without, withParts] = runs
  if (without !== undefined && withParts !== undefined) {
    const saved = (of: (run: PartsRun) => number): string =>
      `${Math.round((1 - of(withParts) / Math.max(1e-9, of(without))) * 100)} %`
    const [renders, queries, seconds] = [
      saved((run) => run.rendered),
      saved((run) => run.queries),
      saved((run) => run.seconds),
    ]
    rows.push(['saved', '', renders, queries, seconds])
  }
  const all = [['', 'pages', 'parts rendered', 'database queries', 'time a page'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths?.[0] ?? 0) : cell.padStart(widths?.[column] ?? 0),
        )
        .join('   ')
        .trimEnd(),
    )
    .join('\n')
}
