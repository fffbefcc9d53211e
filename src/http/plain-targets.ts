// Targets that were asked for lately, of which their address is all that there is: most requests, of most sites. Making their
// keys, of which the hash is the greater part, costs more than all the rest of finding a page that is in memory. Both are
// functions of the address and of nothing else, so what is known here never becomes wrong: whether what lies under a key may
// be served is another question, which is asked each time.
import type { PageTarget } from './key.ts'

/** Beyond it all are made anew. Some 5 MB. */
const MOST = 5000
/** Longer addresses are not remembered. */
const LONGEST = 1024
/** Of one path with query, under other hosts, schemes and prefixes: more than a site has. Beyond it those are made anew. */
const MOST_ALIKE = 16

/** By path with query. */
const byUrl = new Map<string, PageTarget[]>()
let count = 0

export type Address = Pick<
  PageTarget,
  'authority' | 'path' | 'prefix' | 'query' | 'scheme' | 'site'
>

/** @param learn makes the target of an address that is not known */
export function plainTarget(address: Address, learn: (address: Address) => PageTarget): PageTarget {
  const known = knownTarget(address)
  if (known !== undefined) return known
  const made = learn(address)
  const url = urlOf(address)
  if (address.authority.length + url.length <= LONGEST) remember(url, made)
  return made
}

/** The target of an address, if it was asked for lately. */
export function knownTarget(address: Address): PageTarget | undefined {
  const alike = byUrl.get(urlOf(address))
  if (alike === undefined) return undefined
  for (const target of alike) if (isOf(target, address)) return target
  return undefined
}

function urlOf({ path, query }: Address): string {
  return query === '' ? path : path + query
}

function isOf(target: PageTarget, address: Address): boolean {
  return (
    target.authority === address.authority &&
    target.scheme === address.scheme &&
    target.site === address.site &&
    target.prefix === address.prefix &&
    // Whatever is a part of which.
    target.path === address.path &&
    target.query === address.query
  )
}

function remember(url: string, target: PageTarget): void {
  if (count >= MOST) {
    byUrl.clear()
    count = 0
  }
  const alike = byUrl.get(url)
  if (alike === undefined || alike.length >= MOST_ALIKE) {
    byUrl.set(url, [target])
    count -= alike?.length ?? 0
  } else alike.push(target)
  count++
}
