import type { HeadEdit, Tap } from './exchange.ts'
import type { ResponseHead } from './rules/storable.ts'

/** Sees nothing but the head of a response, which it may change. */
export function passingTap(head: (head: ResponseHead) => HeadEdit): Tap {
  return {
    whole: false,
    asks: [],
    collecting: false,
    head,
    takes: () => false,
    instead: () => undefined,
    sent() {},
    chunk() {},
    end() {},
    fail() {},
  }
}
