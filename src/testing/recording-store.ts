import type { Store, StoreDefinition } from '../base/store.ts'
import { type ActName, actOf, wrapStore } from './wrapped-store.ts'

/** One act as the store was asked for it. */
export interface RecordedAct {
  /** Which method was called. */
  readonly act: ActName
  /** The wire keys that it concerns; for `scan` the head, for `bump` the fields, for intents keys and fields. */
  readonly keys: readonly string[]
  /** Which process asked: its inbox's name. */
  readonly processId: string
}

/** A store that remembers what it was asked, for tests that count round trips or look at what is touched. */
export interface RecordingStore extends StoreDefinition {
  /** In the order of asking, since the last `forget`. */
  readonly acts: readonly RecordedAct[]
  /** How often an act was asked for. */
  count(act: ActName): number
  /** Empties the list. */
  forget(): void
}

/** @param definition the store that does the work */
export function recordingStore(definition: StoreDefinition): RecordingStore {
  const acts: RecordedAct[] = []
  return {
    name: definition.name,
    acts,
    count: (act) => acts.filter((each) => each.act === act).length,
    forget: () => {
      acts.length = 0
    },
    open(context): Store {
      return wrapStore(definition.open(context), (act, parts) => {
        acts.push({ ...actOf(act, parts), processId: context.processId })
      })
    },
  }
}
