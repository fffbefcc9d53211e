import type { PageOptions, SiteOptions } from 'breakwater/http'
import type { ProfileName } from './attack.ts'
import { cookiesOf } from './cookies-of.ts'
import { HOLES } from './holed.ts'

/** Options that every framework takes, since none of them looks at more of a request than {@link userOf} does. */
export type ProfileOptions = Pick<
  PageOptions<unknown>,
  'allowQuery' | 'anonymousOnly' | 'holes' | 'hosts' | 'reads' | 'stale' | 'staleIfError' | 'user'
>

export const PROFILES: Readonly<Record<ProfileName, ProfileOptions>> = {
  plain: {},
  strict: { reads: 'strict' },
  users: { user: userOf },
  anonymous: { user: userOf, anonymousOnly: true },
  hosts: { hosts: ['site.test'] },
  narrow: { allowQuery: ['page'] },
  stale: { stale: '60s' },
  failing: { staleIfError: '60s' },
  holes: { holes: HOLES },
  // A layer outside sets a cookie before the cache is asked, or on each answer's way out.
  early: {},
  rolling: {},
  // A cache around the whole site: see {@link SITES}.
  site: {},
  siteUsers: {},
  siteAnonymous: {},
  siteInner: { user: userOf },
}

/** What stands around the routes of a site; within it a route has a page cache of its own only in `siteInner`. */
export const SITES: Readonly<
  Partial<Record<ProfileName, Pick<SiteOptions<unknown>, 'anonymousOnly' | 'except' | 'user'>>>
> = {
  site: { except: ['/site/admin'] },
  siteUsers: { user: userOf },
  siteAnonymous: { user: userOf, anonymousOnly: true },
  siteInner: {},
}

export const PROFILE_NAMES: readonly ProfileName[] = Object.keys(PROFILES) as ProfileName[]

interface Carrier {
  readonly user?: string
  readonly state?: { readonly user?: string }
  readonly context?: { readonly user?: string }
  readonly get?: (name: string) => unknown
  readonly req?: { readonly raw?: unknown }
}

/** The user, where the login layer of each framework has put it. */
function userOf(request: unknown): string | undefined {
  const { context, get, req, state, user } = request as Carrier
  if (user !== undefined) return user
  if (state !== undefined) return state.user
  if (context !== undefined) return context.user
  if (typeof get === 'function' && req?.raw !== undefined) {
    return (request as Required<Carrier>).get('user') as string | undefined
  }
  return undefined
}

/** What the login layers do with the field Cookie: `sid=alice` is alice. */
export function signedIn(
  line: string | undefined,
): { readonly user: string; readonly session: { readonly basket: string } } | undefined {
  const sid = cookiesOf(line)['sid']
  return sid === undefined || sid === ''
    ? undefined
    : { user: sid, session: { basket: `of ${sid}` } }
}

/** The cookie that a session layer gives to whoever is asking. */
export function freshCookie(line: string | undefined): string {
  return `sid=${signedIn(line)?.user ?? 'nobody'}; HttpOnly`
}

/** The profile by which a target is served. */
export function profileOf(url: string): ProfileName {
  const [, first = ''] = url.split('/', 2)
  return PROFILE_NAMES.find((name) => name === first) ?? 'plain'
}
