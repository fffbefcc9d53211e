import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { cut } from './visible.ts'

/** What is not shown, beside what never is. A text matches where it occurs, in any case; a pattern as it says. */
export interface RedactOptions {
  /** Values under these keys. */
  readonly keys?: readonly (string | RegExp)[]
  /** Fields of values, by their name. */
  readonly fields?: readonly (string | RegExp)[]
  /** All values of these aliases, and all but the beginning of their keys. */
  readonly aliases?: readonly string[]
  /** False shows what only the built-in patterns hide. Default true. */
  readonly defaults?: boolean
}

const SECRET_FIELDS =
  /pass(?:word|wd|phrase|code)|^pass$|^pwd$|secret|token|authorization|cookie|^sid$|session|csrf|xsrf|credential|api[-_]?key|private[-_]?key|access[-_]?key|^otp$|^pin$|^cvv|^cvc|iban|card[-_]?number|^ssn$/i
const SECRET_KEYS =
  /(?:^|[^a-z])(?:pass(?:word|wd)s?|secrets?|tokens?|authorization|cookies?|sess(?:ion)?s?|sid|csrf|otp|credentials?|api[-_]?keys?)(?:[^a-z]|$)/i
/** Whoever knows the key of a session has the session. */
const SECRET_ALIASES = /^(?:sess(?:ion)?s?|tokens?|auth|secrets?|credentials?)$/i

/** Where a text gives itself away: JSON Web Tokens, the password of an address, bearer credentials. */
const SECRET_TEXT =
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,200}(?=@)|(?<=\b(?:bearer|basic)\s)[\w.~+/=-]{8,}/gi

export const HIDDEN = '(hidden)'
/** Of a secret key so much is shown that two can be told apart. */
const SHOWN_OF_A_KEY = 8

/** Decides what people may not see. */
export class Redaction {
  readonly #keys: readonly RegExp[]
  readonly #fields: readonly RegExp[]
  readonly #aliases: ReadonlySet<string>
  readonly #defaults: boolean

  /** @throws {CacheError} `E_OPTION` */
  constructor(options: RedactOptions = {}) {
    refuseUnknown("Option 'redact'", options, ['keys', 'fields', 'aliases', 'defaults'])
    const { aliases = [], defaults = true, fields = [], keys = [] } = options
    if (typeof defaults !== 'boolean')
      throw optionError('redact.defaults', 'true or false', defaults)
    this.#defaults = defaults
    this.#keys = [...patterns(keys, 'redact.keys'), ...(defaults ? [SECRET_KEYS] : [])]
    this.#fields = [...patterns(fields, 'redact.fields'), ...(defaults ? [SECRET_FIELDS] : [])]
    this.#aliases = new Set(aliases)
  }

  /** Nothing of what this alias keeps is shown. */
  hidesAlias(alias: string): boolean {
    return this.#aliases.has(alias) || (this.#defaults && SECRET_ALIASES.test(alias))
  }

  hidesValue(alias: string, key: string): boolean {
    return this.hidesAlias(alias) || this.#keys.some((pattern) => pattern.test(key))
  }

  hidesField(name: string): boolean {
    return this.#fields.some((pattern) => pattern.test(name))
  }

  /** The key as it may stand on a page. A family's pattern says nothing of one entry. */
  key(alias: string, key: string): string {
    if (!this.hidesAlias(alias) || key.endsWith('*') || key === '(others)') return key
    return cut(key, Math.min(SHOWN_OF_A_KEY, Math.ceil(key.length / 3)))
  }

  text(text: string): string {
    return this.#defaults ? text.replaceAll(SECRET_TEXT, HIDDEN) : text
  }
}

function patterns(given: unknown, option: string): RegExp[] {
  if (!Array.isArray(given)) throw optionError(option, 'a list of texts and patterns', given)
  return given.map((each: unknown) => {
    // One that is global or sticky remembers where it stopped, and would miss every other secret.
    if (each instanceof RegExp) return new RegExp(each.source, each.flags.replaceAll(/[gy]/g, ''))
    if (typeof each !== 'string' || each === '')
      throw optionError(option, 'texts and patterns', each)
    return new RegExp(each.replaceAll(/[\^$.*+?()[\]{}|/\\]/g, String.raw`\$&`), 'i')
  })
}
