import type { Hazard } from './attack.ts'
import { afterLife } from './hazards/after-life.ts'
import { authorization } from './hazards/authorization.ts'
import { bypass } from './hazards/bypass.ts'
import { cacheControl } from './hazards/cache-control.ts'
import { coalescing } from './hazards/coalescing.ts'
import { conditional } from './hazards/conditional.ts'
import { cookies } from './hazards/cookies.ts'
import { holes } from './hazards/holes.ts'
import { host } from './hazards/host.ts'
import { methods } from './hazards/methods.ts'
import { noVarySearch } from './hazards/no-vary-search.ts'
import { paths } from './hazards/paths.ts'
import { queries } from './hazards/queries.ts'
import { ranges } from './hazards/ranges.ts'
import { address, reflected } from './hazards/reflected.ts'
import { setCookie } from './hazards/set-cookie.ts'
import { sizes } from './hazards/sizes.ts'
import { site } from './hazards/site.ts'
import { staleness } from './hazards/staleness.ts'
import { statuses } from './hazards/statuses.ts'
import { vary } from './hazards/vary.ts'

/** In the order of danger. */
export const HAZARDS: readonly Hazard[] = [
  cookies,
  coalescing,
  holes,
  setCookie,
  authorization,
  cacheControl,
  vary,
  reflected,
  address,
  host,
  paths,
  queries,
  methods,
  conditional,
  ranges,
  statuses,
  staleness,
  afterLife,
  noVarySearch,
  site,
  bypass,
  sizes,
]
