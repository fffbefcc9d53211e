import { type Clock, systemClock } from '../base/clock.ts'
import { CacheError, optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { Cache } from '../cache/cache.ts'
import type { PageSigns } from '../http/signs.ts'
import type { AuditEntry } from './audit.ts'
import type { Fleet } from './fleet-glance.ts'
import { type RedactOptions, Redaction } from './redaction.ts'
import type { Finding, SeenRequest } from './told.ts'

/** What `createCaches` returns, as far as it is looked at. */
export interface DashboardCaches {
  /** Those that are in use. */
  opened(): readonly Cache[]
  /** All that are configured. */
  toJSON(): { readonly aliases: readonly string[] }
}

/** Who asks: a name for the audit; `false` or nothing for nobody; or what is answered instead, such as a redirect to a login. */
export type Admission = string | false | null | undefined | Response

/** Who may see the dashboard, who may act on it, and what it shows. */
export interface DashboardOptions {
  /** What `createCaches` returned. An alias that is not in use yet is opened when somebody asks for one of its keys. */
  readonly caches: DashboardCaches
  /**
   * Decides who may see and do anything here, the style sheet included, and names them for the audit. `native` is what the
   * framework knows: the request of Node and Express, or the second argument of `fetch`. One that throws lets nobody in.
   * Default: nobody where `NODE_ENV` is `production`; elsewhere whoever asks for `localhost`, as `developer`.
   */
  readonly authorize?: (request: Request, native: unknown) => Admission | Promise<Admission>
  /** Nothing can be changed: the pages have no such buttons, and the server refuses the acts. Default false. */
  readonly readOnly?: boolean
  /** Shown in the heading and as the title. Default `'Breakwater'`. */
  readonly title?: string
  /** Where it is mounted, such as `'/ops/cache'`, unless the framework cuts that off (Express, Nest). Default: the root. */
  readonly basePath?: string
  /** Page caches by name: what `cachePage`, `siteCache` or `pageCache` returned. Default none. */
  readonly pages?: Readonly<Record<string, Pick<PageSigns<never>, 'explainUrl' | 'stats'>>>
  /** All processes: what `joinFleet` of `breakwater/fleet` returned. Default: this process alone. */
  readonly fleet?: Fleet
  /** What is not shown, beside passwords, tokens, cookies, sessions and the like. */
  readonly redact?: RedactOptions
  /** Shared by all processes, so that a page of one may be answered by another; 16 characters or more. Default: drawn at the start. */
  readonly secret?: string
  /** Origins from which acts are taken besides the server's own, for proxies that change `Host`: `['https://ops.example']`. */
  readonly origins?: readonly string[]
  /** How many database queries the application has made since it began; for the chart beside the hit rate. */
  readonly databaseQueries?: () => number
  /** The last requests, newest first, as the panel of `breakwater/metrics/panel` keeps them. */
  readonly requests?: () => readonly SeenRequest[]
  /** What to change: what `adviser([...])` of `breakwater/metrics/advice` returned. Default: what the stores say of their settings. */
  readonly advice?: { findings(): Promise<readonly Finding[]> }
  /** Told of each act, to be kept for longer than this process lives. */
  readonly onAudit?: (entry: AuditEntry) => void
  /** How many viewers are kept up to date at once; one more sees a page that reloads. 1 or more. Default 100. */
  readonly maxViewers?: number
  /** Where time comes from; for tests. Default: the system clock. */
  readonly clock?: Clock
}

const OPTIONS = [
  'caches',
  'authorize',
  'readOnly',
  'title',
  'basePath',
  'pages',
  'fleet',
  'redact',
  'secret',
  'origins',
  'databaseQueries',
  'requests',
  'advice',
  'onAudit',
  'maxViewers',
  'clock',
] as const satisfies readonly (keyof DashboardOptions)[]

const FUNCTIONS = ['authorize', 'databaseQueries', 'requests', 'onAudit'] as const

type Given =
  | 'authorize'
  | 'databaseQueries'
  | 'requests'
  | 'advice'
  | 'onAudit'
  | 'fleet'
  | 'secret'

/** Checked and complete. */
export interface DashboardSettings
  extends
    Pick<DashboardOptions, Given>,
    Required<
      Pick<DashboardOptions, 'caches' | 'clock' | 'pages' | 'readOnly' | 'title' | 'maxViewers'>
    > {
  /** Without a slash at its end; empty for the root. */
  readonly basePath: string
  readonly redaction: Redaction
  readonly origins: ReadonlySet<string>
}

/** @throws {CacheError} `E_OPTION` */
export function resolveOptions(options: DashboardOptions): DashboardSettings {
  refuseUnknown('dashboard', options, OPTIONS)
  const { caches, clock = systemClock, fleet, maxViewers = 100, pages = {} } = options
  if (typeof caches?.opened !== 'function' || typeof caches.toJSON !== 'function')
    throw optionError('caches', 'what createCaches() returned', typeof caches)
  for (const name of FUNCTIONS) {
    const given: unknown = options[name]
    if (given !== undefined && typeof given !== 'function')
      throw optionError(name, 'a function', given)
  }
  if (fleet !== undefined && typeof fleet?.look !== 'function')
    throw optionError('fleet', 'what joinFleet() returned', typeof fleet)
  if (options.advice !== undefined && typeof options.advice?.findings !== 'function')
    throw optionError('advice', 'what adviser() returned', typeof options.advice)
  for (const [name, signs] of Object.entries(pages)) {
    if (typeof signs?.explainUrl !== 'function' || typeof signs.stats !== 'function')
      throw optionError(`pages.${name}`, 'what cachePage() or siteCache() returned', typeof signs)
  }
  if (!(Number.isInteger(maxViewers) && maxViewers >= 1))
    throw optionError('maxViewers', 'a whole number, 1 or more', maxViewers)
  const { advice, authorize, databaseQueries, requests, onAudit } = options
  return Object.freeze({
    caches,
    clock,
    pages,
    maxViewers,
    readOnly: flag(options.readOnly),
    title: text(options.title ?? 'Breakwater', 'title'),
    basePath: pathOf(options.basePath ?? ''),
    redaction: new Redaction(options.redact),
    origins: new Set((options.origins ?? []).map(originOf)),
    ...secretOf(options.secret),
    ...(fleet === undefined ? {} : { fleet }),
    ...(authorize === undefined ? {} : { authorize }),
    ...(databaseQueries === undefined ? {} : { databaseQueries }),
    ...(requests === undefined ? {} : { requests }),
    ...(advice === undefined ? {} : { advice }),
    ...(onAudit === undefined ? {} : { onAudit }),
  })
}

function flag(given: unknown = false): boolean {
  // A text such as 'false' out of the environment is true to JavaScript, and the other way round is worse.
  if (typeof given !== 'boolean') throw optionError('readOnly', 'true or false', given)
  return given
}

function text(given: unknown, option: string): string {
  if (typeof given !== 'string') throw optionError(option, 'a text', given)
  return given
}

function pathOf(given: unknown): string {
  if (given === '' || given === '/') return ''
  if (typeof given !== 'string' || !/^(?:\/(?!\.)[\w.~-]+)+\/?$/.test(given))
    throw optionError('basePath', "a path such as '/ops/cache'", given)
  return given.replace(/\/$/, '')
}

function originOf(given: unknown): string {
  if (typeof given === 'string' && URL.canParse(given) && new URL(given).origin === given)
    return given
  throw optionError('origins', "origins such as 'https://ops.example'", given)
}

function secretOf(given: unknown): { readonly secret?: string } {
  if (given === undefined) return {}
  if (typeof given === 'string' && given.length >= 16) return { secret: given }
  throw new CacheError(
    'E_OPTION',
    "Option 'secret': expected a text of 16 characters or more, got something else.",
  )
}
