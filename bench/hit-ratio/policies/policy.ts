import type { Trace } from '../trace.ts'

/** How many of a trace's requests are misses, where so many keys may be kept. */
export type Policy = (trace: Trace, capacity: number) => number
