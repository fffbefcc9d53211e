// What a template names that is one visitor's own. Names tell before anything is rendered, and in every branch: a template
// that shows a token only on some days is found on the first.

import { isMarked, markedAs, perRequest } from './per-request.ts'
import { place } from './tag-words.ts'

/** One name that a template reads: `user.name` is `['user', 'name']`. */
export interface Use {
  readonly path: readonly string[]
  readonly line: number
  readonly template: string | undefined
}

const PERSONAL: ReadonlyMap<string, string> = new Map([
  ...['csrf_token', 'csrfToken', 'csrf_input', 'csrf_field', 'csrfField', 'csrf', '_csrf'].map(
    (name) => [name, 'csrf token'] as const,
  ),
  ...['nonce', 'csp_nonce', 'cspNonce'].map((name) => [name, 'nonce'] as const),
  ...['user', 'currentUser', 'current_user'].map((name) => [name, 'user'] as const),
  ['session', 'session'],
  ['request', 'request'],
  ['req', 'request'],
])

/** By which one user is told from all others. */
const IDENTITY: ReadonlySet<string> = new Set(['id', 'pk', 'uuid', 'username', 'email', '_id'])

/** What a path stands for, in words; `undefined` for what anybody may see. */
function meaning(path: readonly string[]): string | undefined {
  const [root = '', next = ''] = path
  const what = PERSONAL.get(root)
  if (what !== 'request') return what
  return PERSONAL.get(next) ?? what
}

/** The rest of a path after the user or the session: `['id']` of `request.user.id`. */
function within(path: readonly string[]): readonly string[] {
  return meaning(path.slice(1)) === undefined || PERSONAL.get(path[0] ?? '') !== 'request'
    ? path.slice(1)
    : path.slice(2)
}

/** What may be shown of one visitor, because the fragment varies on it: `['user']` for `{% cache 900 menu user.id %}`. */
export function variedOn(vary: readonly (readonly string[])[]): readonly string[] {
  const varied = new Set<string>()
  for (const path of vary) {
    const what = meaning(path)
    if (what !== 'user' && what !== 'session') continue
    const [property] = within(path)
    if (property === undefined || IDENTITY.has(property)) varied.add(what)
  }
  return [...varied]
}

/**
 * The first name that is one visitor's own, although the fragment does not vary on it.
 *
 * @param bound names that the template itself gives a meaning, such as that of a loop: those are not the visitor's
 * @param vary the paths that the fragment varies on
 * @returns in words, with its place: `csrf token ('csrf_token' in login.njk, line 3)`
 */
export function findPersonal(
  uses: readonly Use[],
  bound: ReadonlySet<string>,
  vary: readonly (readonly string[])[],
): string | undefined {
  const varied = variedOn(vary)
  const exact = new Set(vary.map((path) => path.join('.')))
  for (const { line, path, template } of uses) {
    const what = meaning(path)
    if (what === undefined || bound.has(path[0] as string)) continue
    if (varied.includes(what) || exact.has(path.join('.'))) continue
    return `${what} ('${path.join('.')}' in ${place(template, line)})`
  }
  return undefined
}

/** What the code of a template is given. */
export interface Given {
  /** Of the page, in which what is one visitor's own is marked. */
  readonly data: object
  /** Of this fragment: it gives names another meaning. */
  readonly locals: object
}

/**
 * The same for templates that are code, which are given their data by name: what is marked in it is one visitor's own, too,
 * whatever it is called.
 *
 * @param varyOn what the fragment varies on, in words: `user`
 */
export function findPersonalGiven(
  uses: readonly Use[],
  bound: ReadonlySet<string>,
  { data, locals }: Given,
  varyOn: readonly string[],
): string | undefined {
  for (const { line, path, template } of uses) {
    const [root = ''] = path
    const isLocal = Object.hasOwn(locals, root)
    if (bound.has(root) && !isSecret(root)) continue
    const named = isLocal && !isSecret(root) ? undefined : meaning(path)
    const what = markedAlong(isLocal ? locals : data, path) ?? named
    if (what === undefined || varyOn.includes(what)) continue
    return `${what} ('${path.join('.')}' in ${place(template, line)})`
  }
  return undefined
}

/** The words of the first thing on a path that is marked. */
function markedAlong(from: object, path: readonly string[]): string | undefined {
  let value: unknown = from
  for (const name of path) {
    value = ownValue(value, name)
    const what = markedAs(value)
    if (what !== undefined) return what
  }
  return undefined
}

/** Without running anything: getters and what is marked stay as they are. */
export function ownValue(object: unknown, name: string): unknown {
  if ((typeof object !== 'object' && typeof object !== 'function') || object === null)
    return undefined
  return isMarked(object) ? undefined : Object.getOwnPropertyDescriptor(object, name)?.value
}

/** A name that is one request's own whoever gives it: a token or a nonce. */
export function isSecret(name: string): boolean {
  const what = PERSONAL.get(name)
  return what === 'csrf token' || what === 'nonce'
}

/**
 * The first token or nonce that a page shows, of those that it is given. Who is asking, and the session, it knows by its
 * request.
 *
 * @param given the data of the page
 * @returns as {@link findPersonal}
 */
export function findTokens(
  uses: readonly Use[],
  bound: ReadonlySet<string>,
  given: object,
): string | undefined {
  for (const { line, path, template } of uses) {
    const what = meaning(path)
    const [root = ''] = path
    const isToken = what === 'csrf token' || what === 'nonce'
    if (!isToken || bound.has(root) || !Object.hasOwn(given, root)) continue
    return `${what} ('${path.join('.')}' in ${place(template, line)})`
  }
  return undefined
}

/**
 * The data of a page in which what is named like one visitor's own is marked so, for engines whose templates are code: there
 * nobody but the code that runs knows what it reads. What was marked before keeps its words.
 *
 * @param isNamed which of these names. Default: all
 */
export function markPersonal(
  data: object,
  isNamed: (name: string) => boolean = () => true,
): object {
  const marked: Record<string, unknown> = { ...data }
  for (const [name, value] of Object.entries(marked)) {
    const what = isNamed(name) ? PERSONAL.get(name) : undefined
    if (what !== undefined && typeof value !== 'boolean' && !isMarked(value))
      marked[name] = perRequest(value, what)
  }
  return marked
}
