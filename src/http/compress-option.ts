import { type Bytes, toBytes } from '../base/bytes.ts'
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { type Coding, CODINGS } from './record.ts'

/** How the bodies of pages are compressed when they are kept. */
export interface PageCompressOptions {
  /** Which, in the order in which they are preferred where a client weighs them alike. Default `['br', 'gzip']`. */
  readonly encodings?: readonly ('br' | 'gzip')[]
  /** Shorter bodies stay as they are. Default `'1kb'`. */
  readonly threshold?: Bytes
  /**
   * `br` 0 to 11, `gzip` 1 to 9. Default 6 of each: of 20 kB of HTML brotli 6 makes 3.1 kB in 0.4 ms, brotli 11 makes 2.8 kB
   * in 21 ms, for which those who wait for the page would wait.
   */
  readonly levels?: { readonly br?: number; readonly gzip?: number }
}

export interface CompressPolicy {
  readonly encodings: readonly Coding[]
  readonly minBytes: number
  readonly levels: Readonly<Record<Coding, number>>
}

const LEVELS: Readonly<Record<Coding, readonly [least: number, most: number]>> = {
  br: [0, 11],
  gzip: [1, 9],
}
const DEFAULT_LEVEL = 6

/**
 * @returns `undefined` when nothing is compressed
 * @throws {CacheError} `E_OPTION`
 */
export function resolveCompress(
  given: boolean | PageCompressOptions | undefined,
): CompressPolicy | undefined {
  if (given === undefined || given === false) return undefined
  const options = given === true ? {} : given
  refuseUnknown("Option 'compress'", options, ['encodings', 'threshold', 'levels'])
  const { encodings = ['br', 'gzip'], levels = {}, threshold = '1kb' } = options
  const known = Array.isArray(encodings) && encodings.every((each) => CODINGS.includes(each))
  if (!known || encodings.length === 0 || new Set(encodings).size < encodings.length) {
    throw optionError('encodings', "a list of 'br' and 'gzip', each at most once", encodings)
  }
  refuseUnknown("Option 'levels'", levels, CODINGS)
  return Object.freeze({
    encodings: Object.freeze([...encodings]),
    minBytes: toBytes(threshold, 'threshold'),
    levels: Object.freeze({ br: levelOf('br', levels.br), gzip: levelOf('gzip', levels.gzip) }),
  })
}

function levelOf(coding: Coding, level: number = DEFAULT_LEVEL): number {
  const [least, most] = LEVELS[coding]
  if (Number.isInteger(level) && level >= least && level <= most) return level
  throw optionError(`levels.${coding}`, `a whole number from ${least} to ${most}`, level)
}
