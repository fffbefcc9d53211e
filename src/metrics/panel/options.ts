import { optionError } from '../../base/errors.ts'
import { refuseUnknown } from '../../base/suggest.ts'
import type { RequestHead } from './recording.ts'

/** Where the panel is shown, and how much it remembers. */
export interface PanelOptions {
  /**
   * Where the panel does anything: `'development'`, unless `NODE_ENV` is `production`; or `'always'`. Keys, times and places
   * of your code are then told to everybody who can see a page. Default `'development'`.
   */
  readonly enable?: 'development' | 'always'
  /** Puts the panel into pages. Default `true`. */
  readonly inject?: boolean
  /** Tells `Server-Timing`. Default `true`. */
  readonly serverTiming?: boolean
  /** Requests that are remembered; the oldest go first. A whole number, from 1 to 1,000. Default 100. */
  readonly maxRequests?: number
  /** Calls of one request that are remembered; others are only counted. A whole number, from 1 to 10,000. Default 500. */
  readonly maxCalls?: number
  /** Which requests are recorded. Default: all. */
  readonly only?: (request: RequestHead) => boolean
  /** How keys and tags are shown, for those that hold what nobody is to see. Default: as they are. */
  readonly redact?: (key: string) => string
}

export type ResolvedPanel = Required<PanelOptions>

export const PANEL_DEFAULTS = {
  enable: 'development',
  inject: true,
  serverTiming: true,
  maxRequests: 100,
  maxCalls: 500,
} as const satisfies PanelOptions

/** @throws {CacheError} `E_OPTION` */
export function resolvePanel(options: PanelOptions): ResolvedPanel {
  refuseUnknown('requestPanel', options, [...Object.keys(PANEL_DEFAULTS), 'only', 'redact'])
  const resolved = {
    only: () => true,
    redact: (key: string) => key,
    ...PANEL_DEFAULTS,
    ...options,
  }
  const { enable, inject, maxCalls, maxRequests, only, redact, serverTiming } = resolved
  if (enable !== 'development' && enable !== 'always')
    throw optionError('enable', "'development' or 'always'", enable)
  for (const [name, value] of Object.entries({ inject, serverTiming }))
    if (typeof value !== 'boolean') throw optionError(name, 'true or false', value)
  for (const [name, value, most] of [
    ['maxRequests', maxRequests, 1000],
    ['maxCalls', maxCalls, 10_000],
  ] as const)
    if (!(Number.isSafeInteger(value) && value >= 1 && value <= most))
      throw optionError(name, `a whole number from 1 to ${most}`, value)
  for (const [name, value] of Object.entries({ only, redact }))
    if (typeof value !== 'function') throw optionError(name, 'a function', value)
  return resolved
}
