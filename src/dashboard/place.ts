/** What is asked for, below wherever the dashboard is mounted. */
export type Place =
  /** A page, an asset, the stream, an act: `families`, `assets/…`, empty for the first page. */
  | { readonly kind: 'inside'; readonly path: string }
  /** The mount itself without its slash: links of a page there would go astray. */
  | { readonly kind: 'bare'; readonly to: string }
  | { readonly kind: 'outside' }

/**
 * Takes an address apart, by its path as it was sent: nothing is decoded and no `..` is followed, since what is left must be
 * one of a few known names.
 *
 * @param basePath without a slash at its end
 */
export function placeOf(pathname: string, basePath: string): Place {
  if (pathname === basePath || pathname === '') {
    const segment = pathname.slice(pathname.lastIndexOf('/') + 1)
    // Relative, since a proxy may have cut off more; behind `./`, so that no segment is read as a scheme.
    return { kind: 'bare', to: segment === '' ? './' : `./${segment}/` }
  }
  if (!pathname.startsWith(`${basePath}/`)) return { kind: 'outside' }
  return { kind: 'inside', path: pathname.slice(basePath.length + 1) }
}
