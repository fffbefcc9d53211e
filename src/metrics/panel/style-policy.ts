/**
 * What a page's Content-Security-Policy lets a style of ours be.
 *
 * @param policies the values of its header, each maybe several policies
 * @returns the nonce that it needs; empty when it needs none; `undefined` when it would be blocked
 */
export function styleNonce(policies: readonly string[]): string | undefined {
  let nonce = ''
  for (const policy of policies.flatMap((each) => each.split(','))) {
    const sources = styleSources(policy)
    if (sources === undefined) continue
    const [own] = sources.flatMap(
      (source) => /^'nonce-([A-Za-z0-9+/_=-]+)'$/.exec(source)?.[1] ?? [],
    )
    const isOpen =
      sources.includes("'unsafe-inline'") &&
      !sources.some((source) => /^'(?:nonce|sha\d+)-/.test(source))
    if (isOpen) continue
    if (own === undefined || (nonce !== '' && nonce !== own)) return undefined
    nonce = own
  }
  return nonce
}

/** By CSP 3, 6.8: the most particular directive there is. */
function styleSources(policy: string): readonly string[] | undefined {
  const directives = new Map<string, readonly string[]>()
  for (const directive of policy.split(';')) {
    const [name = '', ...sources] = directive.trim().split(/\s+/)
    // Of a directive that is there twice the first counts.
    if (!directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources)
  }
  return ['style-src-elem', 'style-src', 'default-src']
    .map((name) => directives.get(name))
    .find((sources) => sources !== undefined)
}
