/** Every code that a {@link CacheError} can carry. `docs/errors.md` lists each with its remedy; a test holds the two together. */
export const ERROR_CODES = [
  'E_ALIAS',
  'E_CDN',
  'E_CLIENT_MISSING',
  'E_CLOSED',
  'E_DECODE',
  'E_ENCODE',
  'E_KEY',
  'E_KEY_MISSING',
  'E_LOAD_FAILED',
  'E_LOAD_TIMEOUT',
  'E_LOCKED',
  'E_NOT_ALONE',
  'E_NOT_A_NUMBER',
  'E_OPTION',
  'E_PERSONAL',
  'E_SESSION_CONFLICT',
  'E_SESSION_ENDED',
  'E_STORE_AUTH',
  'E_STORE_DOWN',
  'E_STORE_REFUSED',
  'E_STORE_TIMEOUT',
  'E_TEMPLATE',
  'E_TOO_LARGE',
  'E_UNDECLARED_READ',
  'E_UNSUPPORTED',
  'E_URL',
] as const

/** The codes of all errors of this package: docs/errors.md has one paragraph for each. */
export type CacheErrorCode = (typeof ERROR_CODES)[number]

const BRAND = Symbol.for('breakwater.CacheError')

/** Base of everything this package throws. Switch on {@link CacheError.code}, never on the message. */
export class CacheError extends Error {
  /** Always `'CacheError'`. */
  override readonly name: string = 'CacheError'
  /** Which error it is, for programs: see docs/errors.md. */
  readonly code: CacheErrorCode
  /** The key as the caller wrote it, never the prefixed one; `undefined` when no single key is concerned. */
  readonly key: string | undefined

  constructor(
    code: CacheErrorCode,
    message: string,
    options: { cause?: unknown; key?: string | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.key = options.key
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/**
 * Whether `error` is a {@link CacheError}, also one thrown by another installed copy of this package
 * (`instanceof` is false across copies).
 *
 * @param code when given, whether it also carries this code
 */
export function isCacheError(error: unknown, code?: CacheErrorCode): error is CacheError {
  if (typeof error !== 'object' || error === null || !(BRAND in error)) return false
  return code === undefined || (error as unknown as CacheError).code === code
}

/** Whether the store could not be asked at all: down, too slow, or refusing our credentials. */
export function isOutage(error: unknown): error is CacheError {
  return (
    isCacheError(error, 'E_STORE_DOWN') ||
    isCacheError(error, 'E_STORE_TIMEOUT') ||
    isCacheError(error, 'E_STORE_AUTH') ||
    isCacheError(error, 'E_STORE_REFUSED')
  )
}

/** How a bad input is shown in a message: its type and a short form of it, never more than 60 characters. */
export function show(value: unknown): string {
  let text: string
  try {
    if (typeof value === 'function') text = `function ${value.name || '(anonymous)'}`
    else if (typeof value === 'bigint') text = `${value}n`
    else if (typeof value === 'string') text = JSON.stringify(value)
    else if (typeof value === 'object' && value !== null) text = JSON.stringify(value) ?? 'object'
    else text = String(value)
  } catch {
    text = Object.prototype.toString.call(value)
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** An option that was given a wrong value: says which, what was expected, and what came. */
export function optionError(option: string, expected: string, got: unknown): CacheError {
  return new CacheError('E_OPTION', `Option '${option}': expected ${expected}, got ${show(got)}.`)
}
