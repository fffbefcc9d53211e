// What an application of any framework is made of: with a cache, or as the twin without one that shows what is right.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { PageStore } from 'breakwater/http'
import type { Call, Made } from '../attack.ts'
import type { ProfileName } from '../attack.ts'
import { PROFILES, type ProfileOptions, SITES } from '../profiles.ts'
import type { Clock } from 'breakwater'

export interface Setup {
  /** `undefined`: the twin. */
  readonly store: PageStore | undefined
  readonly clock: Clock
  readonly view: (call: Call) => Made | Promise<Made>
}

export interface App {
  readonly server: Server
  readonly close?: () => Promise<unknown>
}

export type OpenApp = (setup: Setup) => App | Promise<App>

type Common = ProfileOptions & {
  readonly clock: Clock
  readonly cacheStatus: true
  readonly onError: () => void
}

type SiteCommon = Omit<Common, keyof ProfileOptions> & NonNullable<(typeof SITES)[ProfileName]>

/** The options of one profile, in every framework alike. */
export function optionsOf(profile: ProfileName, { clock }: Setup): Common {
  return { ...PROFILES[profile], clock, cacheStatus: true, onError: () => {} }
}

/** What a framework's `cachePage` and `siteCache` give. */
export interface Caches<Page, Site> {
  readonly page?: Page
  readonly site?: Site
}

/** The caches of one profile, the site's around the route's; none for the twin. */
export function cachesOf<Page, Site>(
  profile: ProfileName,
  setup: Setup,
  cachePage: (store: PageStore, ttl: '60s', options: Common) => Page,
  siteCache: (store: PageStore, ttl: '60s', options: SiteCommon) => Site,
): Caches<Page, Site> {
  const { store } = setup
  if (store === undefined) return {}
  const options = optionsOf(profile, setup)
  const around = SITES[profile]
  if (around === undefined) return { page: cachePage(store, '60s', options) }
  const { clock, cacheStatus, onError } = options
  const site = siteCache(store, '60s', { ...around, clock, cacheStatus, onError })
  return profile === 'siteInner' ? { site, page: cachePage(store, '60s', options) } : { site }
}

export function onServer(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): App {
  return { server: createServer((request, response) => void listener(request, response)) }
}

/** Fields by name, for frameworks that take all lines of one name at once. */
export function grouped(fields: Made['fields'] = []): [string, string | string[]][] {
  const found = new Map<string, string[]>()
  for (const [name, value] of fields) found.set(name, [...(found.get(name) ?? []), value])
  return [...found].map(([name, all]) => [name, all.length === 1 ? (all[0] as string) : all])
}

/** Text and bytes as they are, anything longer as a stream. */
export function sendable(body: Made['body'] = ''): string | Buffer | Readable {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : Readable.from(body)
}

/** One parameter of a query that nobody has parsed yet. */
export function parameter(url: string, name: string): string | undefined {
  const mark = url.indexOf('?')
  const query = new URLSearchParams(mark === -1 ? '' : url.slice(mark))
  return query.get(name) ?? undefined
}

/** A field as Node shows it: nothing that every object has. */
export function fieldOf(headers: IncomingMessage['headers'], name: string): string | undefined {
  const value = headers[name.toLowerCase()]
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : undefined
}

export function fieldsOf(headers: IncomingMessage['headers']): [name: string, value: string][] {
  return Object.entries(headers).map(([name, value]) => [name, String(value)])
}
