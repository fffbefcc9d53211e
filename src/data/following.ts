import { systemClock } from '../base/clock.ts'
import { type Duration, toMs } from '../base/duration.ts'
import { optionError } from '../base/errors.ts'
import { refuseUnknown } from '../base/suggest.ts'
import { warnOnce } from '../base/warn-once.ts'
import { type ChangeSink, type ChangeSource, Follower, type FollowerOptions } from './follower.ts'

/** Options of everything that follows changes made elsewhere. */
export interface FollowingOptions {
  /** Between two looks, and so about the longest time from a commit to its invalidation. Default `'100ms'`. */
  readonly interval?: Duration
  /**
   * How long the reader may be unable to read before everything that was stored of its tables is invalidated, and how often
   * while it stays so. Default `'5s'`; `'forever'` never.
   */
  readonly lostAfter?: Duration
  /** How long one look may take before its connection is given up. Default `'5s'`. */
  readonly timeout?: Duration
  /** Told what fails; it is tried again in any case. Default: a warning of the process, once for each message. */
  readonly onError?: (error: unknown) => void
}

const OPTIONS = ['interval', 'lostAfter', 'timeout', 'onError'] as const

/** What reads changes made elsewhere, until it is closed. */
export interface Following {
  /** This process reads, and not another one of its fleet. */
  readonly reads: boolean
  /** Looks at once: for who knows that something was just committed. */
  wake(): void
  /** Ends the reading; another process takes over at once. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const AHEAD_MS = 1000

const warn = warnOnce((message) =>
  process.emitWarning(`Changes made elsewhere are not heard of: ${message}`, {
    type: 'BreakwaterWarning',
    code: 'BREAKWATER_CHANGES',
  }),
)

/** What every source is given by those who follow it. */
export interface SourceContext {
  readonly now: () => number
  readonly onError: (error: unknown) => void
  /** It knows of something to read before it is asked. */
  readonly onWake: () => void
}

/**
 * @param word the function that was called, for messages
 * @param own its options besides those of all
 * @throws {CacheError} `E_OPTION`
 */
export function resolveFollowing<Options extends FollowingOptions>(
  word: string,
  own: readonly (keyof Options & string)[],
  sink: ChangeSink,
  options: Options,
): FollowerOptions {
  refuseUnknown(word, options, [...own, ...OPTIONS])
  const given = sink as Partial<ChangeSink> | undefined
  if (typeof given?.changed !== 'function' || typeof given.raise !== 'function')
    throw optionError('tracker', 'what trackChanges() has made', sink)
  const { onError = warn } = options
  if (typeof onError !== 'function') throw optionError('onError', 'a function', onError)
  const intervalMs = toMs(options.interval ?? '100ms', 'interval')
  if (intervalMs === 0 || intervalMs === Infinity)
    throw optionError('interval', "more than '0s' and not for ever", options.interval)
  const timeoutMs = toMs(options.timeout ?? '5s', 'timeout')
  if (timeoutMs === 0 || timeoutMs === Infinity)
    throw optionError('timeout', "more than '0s' and not for ever", options.timeout)
  return {
    intervalMs,
    timeoutMs,
    aheadMs: Math.max(AHEAD_MS, intervalMs),
    lostAfterMs: toMs(options.lostAfter ?? '5s', 'lostAfter'),
    clock: systemClock,
    onError,
  }
}

/** Reads what a source hears, and tells it to `sink`, from now on. */
export function follow(
  sink: ChangeSink,
  options: FollowerOptions,
  open: (context: SourceContext) => ChangeSource,
): Following {
  const source = open({
    now: () => options.clock.now(),
    onError: options.onError,
    onWake: () => follower.wake(),
  })
  const follower = new Follower(source, sink, options)
  return {
    get reads() {
      return follower.reads
    },
    wake: follower.wake,
    close: async () => await follower.close(),
    [Symbol.asyncDispose]: async () => await follower.close(),
  }
}
