// Keys of pages that were asked for lately. Making one, of which the hash is the greater part, costs more than all the rest of
// finding a page that is in memory. A key is a function of its target and of nothing else, so what is known here never becomes
// wrong: whether what lies under it may be served is another question, which is asked each time.

/** Of either kind; beyond it all are made anew. Some 4 MB. */
const MOST = 5000
/** Longer texts are not remembered. */
const LONGEST = 1024

/** Of an address and nothing else: by realm, authority, and path with query. */
const byAddress = new Map<string, Map<string, Map<string, string>>>()
let addresses = 0

/** By all that is hashed. */
const byText = new Map<string, string>()

/**
 * @param realm the scheme, and what keeps the pages of one cache from those of another
 * @param url path and query
 */
export function keyOfAddress(realm: string, authority: string, url: string): string | undefined {
  return byAddress.get(realm)?.get(authority)?.get(url)
}

export function learnAddress(realm: string, authority: string, url: string, key: string): void {
  if (authority.length + url.length > LONGEST) return
  if (addresses >= MOST) {
    byAddress.clear()
    addresses = 0
  }
  const origins = byAddress.get(realm) ?? new Map<string, Map<string, string>>()
  const urls = origins.get(authority) ?? new Map<string, string>()
  byAddress.set(realm, origins.set(authority, urls.set(url, key)))
  addresses++
}

export function keyOfText(text: string): string | undefined {
  return byText.get(text)
}

export function learnText(text: string, key: string): void {
  if (text.length > LONGEST) return
  if (byText.size >= MOST) byText.clear()
  byText.set(text, key)
}
