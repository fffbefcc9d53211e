// Validators that are known before the view runs: a client that has the page already is told so without it, and a write
// against something that has changed meanwhile is refused. Django's `condition`, RFC 9110 §13.
//
// A browser keeps one copy per address, whoever was signed in when it came, and asks with the tag of that copy. If the tags of
// two users could be equal, the second one would be told to show the page of the first. So a tag is told to nobody as it is,
// and to somebody only mixed with who that is; and to somebody no date is told, with which nothing can be mixed.
import { createHash } from 'node:crypto'
import { type Clock, systemClock } from '../base/clock.ts'
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import type { Exchange } from './exchange.ts'
import { func, principalText } from './options.ts'
import { httpDate } from './rules/http-date.ts'
import { guardsAWrite, precondition, type Validators } from './rules/preconditions.ts'
import { currentPage, untracked } from './tag.ts'
import { warnOfPages } from './warn-of-pages.ts'
import type { Word } from './word.ts'

type Told<T> = T | null | undefined | Promise<T | null | undefined>

/**
 * What is cheap to know of a page before it is made.
 *
 * @typeParam Incoming the request as the adapter's framework shows it; the web's `Request` in `breakwater/http`
 */
export interface ConditionalOptions<Incoming = Request> {
  /**
   * What changes whenever the page does, such as a version: any text or number, or a whole tag such as `'W/"7"'`. Nothing: there
   * is no such page, or nobody knows. Default: no tag.
   */
  readonly etag?: (request: Incoming) => Told<bigint | number | string>
  /** When the page last changed; whole seconds count. Default: no date. */
  readonly lastModified?: (request: Incoming) => Told<Date>
  /**
   * Who is asking: an id, or nothing for nobody. It becomes part of the tag. Default: the `user` of the page cache around, if it
   * has one; else requests with Authorization, or to which a layer has added `user`, are told apart by these fields and their
   * cookies.
   */
  readonly user?: (request: Incoming) => bigint | number | string | null | undefined
  /** Told of a function that failed, where its page is then made without. Default: a process warning, once per message. */
  readonly onError?: (error: unknown) => void
  /** Source of time. Tests pass a fake one. Default: the system clock. */
  readonly clock?: Clock
}

/** @throws {CacheError} `E_OPTION` */
export function conditionalWord<Incoming>(options: ConditionalOptions<Incoming>): Word<Incoming> {
  refuseUnknown('conditional', options, ['etag', 'lastModified', 'user', 'onError', 'clock'])
  const { clock = systemClock } = options
  const onError = func('onError', options.onError) ?? warnOfPages()
  const etag = func('etag', options.etag)
  const lastModified = func('lastModified', options.lastModified)
  const user = func('user', options.user)
  if (etag === undefined && lastModified === undefined) {
    throw optionError('etag', "a function, or one for 'lastModified'", etag)
  }
  return async (exchange) => {
    const { method } = exchange
    const header = (name: string): string | undefined => exchange.header(name)
    const reads = method === 'GET' || method === 'HEAD'
    let current: Validators
    try {
      const who = whoAsks(exchange, user)
      if (who === 'unclear') return {}
      const [tag, date] = await Promise.all([
        etag?.(exchange.incoming),
        lastModified?.(exchange.incoming),
      ])
      const found = { etag: entityTag(tag), lastModified: seconds(date, clock.now()) }
      current = who === undefined ? found : mixed(found, who, reads)
    } catch (error) {
      // A write that is to overwrite nothing must not be let through because nobody could look.
      if (guardsAWrite(method, header)) throw error
      onError(error)
      return {}
    }
    const status = precondition(method, header, current, clock.now())
    const validators = reads ? fieldsOf(current) : []
    return status === undefined
      ? { validators }
      : { reply: { status, fields: validators, body: null } }
  }
}

/**
 * The text by which somebody's tags differ from another's; `undefined` is nobody. `'unclear'` while a page is made that
 * others may share and whose key does not say who they are: its tag is then left to its cache.
 */
function whoAsks<Incoming>(
  exchange: Exchange<Incoming, unknown>,
  user: ((request: Incoming) => unknown) | undefined,
): string | undefined {
  const page = currentPage()
  const isShared = page?.reads?.isCounting === true && !page.userIsKeyed
  if (page?.userIsKeyed === true && user === undefined) return page.principal
  // Where the page shows who is asking, its view reads that itself.
  const who = untracked(() => {
    if (user !== undefined) return principalText(user(exchange.incoming))
    const somebody = exchange.member?.('user') ?? exchange.header('authorization')
    if (somebody === undefined || somebody === null) return undefined
    return JSON.stringify([exchange.header('authorization'), exchange.header('cookie')])
  })
  return who !== undefined && isShared ? 'unclear' : who
}

function mixed(found: Validators, who: string, reads: boolean): Validators {
  const { etag, lastModified } = found
  if (etag === undefined && lastModified === undefined) return found
  const text = JSON.stringify([who, etag, lastModified])
  // A date alone is a weak validator: a page can change twice within a second (RFC 9110 §8.8.2.2).
  const weak = etag === undefined || etag.startsWith('W/')
  const tag = digest(text)
  return { etag: weak ? `W/${tag}` : tag, lastModified: reads ? undefined : lastModified }
}

function entityTag(told: unknown): string | undefined {
  if (told === undefined || told === null) return undefined
  if (typeof told !== 'string' && typeof told !== 'number' && typeof told !== 'bigint') {
    throw optionError('etag', 'a text, a number, or nothing from the function', told)
  }
  const text = String(told)
  if (/^(?:W\/)?"[!#-~\x80-\xff]*"$/.test(text)) return text
  // What no tag can carry is none the less different from all others.
  return /^[!#-~]+$/.test(text) ? `"${text}"` : digest(text)
}

/** RFC 9110 §8.8.2.1: a page cannot have changed after now. */
function seconds(told: unknown, now: number): number | undefined {
  if (told === undefined || told === null) return undefined
  const ms = told instanceof Date ? told.getTime() : Number.NaN
  if (Number.isNaN(ms)) {
    throw optionError('lastModified', 'a Date, or nothing from the function', told)
  }
  return Math.floor(Math.min(ms, now) / 1000) * 1000
}

function digest(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
}

function fieldsOf({ etag, lastModified }: Validators): readonly string[] {
  return [
    ...(etag === undefined ? [] : ['ETag', etag]),
    ...(lastModified === undefined ? [] : ['Last-Modified', httpDate(lastModified)]),
  ]
}
