import type { Hazard } from './attack.ts'
import { cookies } from './hazards/cookies.ts'
import { authorization, cacheControl, setCookie, vary } from './hazards/heads.ts'
import { host } from './hazards/host.ts'
import { paths, queries } from './hazards/paths.ts'
import { address, reflected } from './hazards/reflected.ts'
import {
  bypass,
  coalescing,
  conditional,
  methods,
  ranges,
  sizes,
  staleness,
  statuses,
} from './hazards/requests.ts'

/** In the order of danger. */
export const HAZARDS: readonly Hazard[] = [
  cookies,
  coalescing,
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
  bypass,
  sizes,
]
