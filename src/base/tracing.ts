import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel'
import {
  asWorkOf,
  CacheCall,
  CALL_KINDS,
  type CallKind,
  type CallStart,
  currentCall,
} from './call.ts'

/**
 * Runs a call as a part of something: of a span, of a context. It is told before the call begins, and lets it begin by
 * `next`, at once. The call begins all the same when it throws or forgets to.
 *
 * @param next the promise that it returns is only to be listened to; it may reject
 */
export type AroundCall = (call: CacheCall, next: () => Promise<unknown>) => void

type CallChannel = TracingChannel<unknown, CacheCall>

const CHANNELS = Object.fromEntries(
  CALL_KINDS.map((kind) => [kind, tracingChannel<unknown, CacheCall>(`breakwater:${kind}`)]),
) as Record<CallKind, CallChannel>

const around = new Set<AroundCall>()

/** Whether anybody wants to hear of calls of this kind. While nobody does, nothing is made for them. */
export function isTraced(kind: CallKind): boolean {
  return around.size > 0 || CHANNELS[kind].hasSubscribers
}

/** The channel on which calls of a kind are told. */
export function callChannel(kind: CallKind): CallChannel {
  return CHANNELS[kind]
}

/** Puts something around every call until the returned function is called. */
export function aroundCalls(act: AroundCall): () => void {
  around.add(act)
  return () => {
    around.delete(act)
  }
}

/**
 * Whether a call that begins here is to be told: somebody listens, and it is not one of our own methods that makes it, whose
 * call has been told.
 */
export function isTold(kind: CallKind): boolean {
  if (!isTraced(kind)) return false
  const call = currentCall()
  return call === undefined || call.kind === 'load' || call.isOver
}

/**
 * Runs a call and tells those who listen. Whoever asks {@link isTraced} first pays nothing while nobody does.
 *
 * @param told is given the call before it begins
 */
export async function traced<T>(
  start: CallStart,
  act: () => Promise<T>,
  told?: (call: CacheCall) => void,
): Promise<T> {
  const call = new CacheCall(start, currentCall())
  told?.(call)
  let run = (): Promise<T> => asWorkOf(call, act)
  for (const each of around) run = within(each, call, run)
  return await CHANNELS[call.kind].tracePromise(run, call)
}

/** Tells of a read that was answered in the turn in which it was asked for. */
export function tracedAtOnce(start: CallStart, loadMs: number): void {
  const call = new CacheCall(start, currentCall())
  CHANNELS[call.kind].traceSync(() => {
    call.sawHit(loadMs)
    call.reached('near')
    call.isOver = true
  }, call)
}

function within<T>(each: AroundCall, call: CacheCall, run: () => Promise<T>): () => Promise<T> {
  return () => {
    let running: Promise<T> | undefined
    const once = (): Promise<T> => (running ??= run())
    try {
      each(call, once)
    } catch {
      // What goes around a call is not the call's concern.
    }
    return once()
  }
}
