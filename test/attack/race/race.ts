// A page that is being made while it is made invalid: after that promise no process may serve it.
import { SAFE, type Judged } from '../verdict.ts'
import type { Way } from './messages.ts'
import type { SiteProcess } from './site-process.ts'

/** Which page of an address is being made: its first, or one more of those that it varies on. */
export const PAGES = ['the first page', 'a further variant'] as const

/**
 * The maker reads version 1 and stops; another process waits for its page; version 2 is there and the old one made invalid;
 * then the maker goes on. Deterministic: each step waits for what the last one has set off.
 *
 * @param maker makes the page
 * @param other waits for it, and makes it invalid; the same process as the maker where there is only one
 */
export async function race(
  maker: SiteProcess,
  other: SiteProcess,
  at: { readonly way: Way; readonly page: (typeof PAGES)[number]; readonly path: string },
): Promise<Judged> {
  const { page, path, way } = at
  const language = page === 'the first page' ? 'en' : 'de'
  if (page !== 'the first page') {
    const first = maker.get(path, 'en')
    await maker.goOn(await maker.nextView(), 1)
    await first
  }
  const made = maker.get(path, language)
  const view = await maker.nextView()
  const waited = other === maker ? undefined : await joined(other, path, language)

  await other.invalidate(way, path)
  await maker.goOn(view, 1)
  await made
  await waited?.()

  for (const process of [maker, other]) {
    const got = await fresh(process, path, language)
    if (!got.startsWith('version 2 ')) return { verdict: 'leak', why: `${way}: ${got}` }
    const again = await fresh(process, path, language)
    if (!/^version 2 .*; hit/.test(again)) return { verdict: 'lesser', why: `${way}: ${again}` }
  }
  return SAFE
}

/** A request that waits for the page of another process. @returns ends it, by a view of its own if it must */
async function joined(
  process: SiteProcess,
  path: string,
  language: string,
): Promise<() => Promise<void>> {
  const before = await process.waits()
  const got = process.get(path, language)
  while ((await process.waits()) === before) await new Promise((settle) => setImmediate(settle))
  return async () => {
    // Its page was refused: it may have to make one itself, and what it shows is new then.
    const view = await Promise.race([process.nextView(), got])
    if (typeof view === 'number') await process.goOn(view, 2)
    await got
  }
}

/** What is answered now; a view that has to run for it reads version 2. */
async function fresh(process: SiteProcess, path: string, language: string): Promise<string> {
  const got = process.get(path, language)
  const view = await Promise.race([process.nextView(), got])
  if (typeof view === 'number') await process.goOn(view, 2)
  return await got
}
