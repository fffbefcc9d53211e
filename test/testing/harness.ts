import { systemClock } from '../../src/base/clock.ts'
import type { StoreDefinition } from '../../src/base/store.ts'
import { json } from '../../src/codec/json.ts'
import type { StoreHarness } from '../../src/testing/contract/bench.ts'
import { fakeClock } from '../../src/testing/fake-clock.ts'

/** A harness in fake time, for stores that live in this process. */
export function inFakeTime(definition: StoreDefinition): StoreHarness {
  const clock = fakeClock()
  return {
    clock,
    codec: json(),
    open: (context) => definition.open(context),
    pass: (ms) => clock.advance(ms),
    // In one process a message is there at once, or never.
    patienceMs: 500,
  }
}

/** A harness in real time, for stores that are servers. */
export function inRealTime(definition: () => StoreDefinition): StoreHarness {
  return {
    clock: systemClock,
    codec: json(),
    isRealTime: true,
    open: (context) => definition().open(context),
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }
}
