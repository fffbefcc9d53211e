// What lies on the stack of the reader besides finished values. An array is a list under construction, a Set a set.

/** A dict, whose keys decide at the end whether it becomes an object or a Map. */
export class DictPart {
  readonly entries = new Map<unknown, unknown>()
  /** An OrderedDict, which becomes a Map whatever its keys. */
  readonly ordered: boolean

  constructor(ordered = false) {
    this.ordered = ordered
  }
}

/** The name of a class or function. It is looked up in a list of ours, and in nothing else. */
export class GlobalPart {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A UUID that has not been told its number yet. */
export class UuidPart {
  integer: bigint | undefined
}

/** Bounds on what reading a pickle may take. */
export interface PickleLimits {
  /** Of the pickle itself. Default 64 MiB. */
  readonly maxBytes: number
  /** Opcodes. Default 2,000,000; each takes a byte at least. */
  readonly maxSteps: number
  /** Values noted for later. Default 1,000,000. */
  readonly maxMemo: number
  /** Levels of containers in the result. Default 500. */
  readonly maxDepth: number
  /**
   * Elements of the result as if everything that is noted once and used often were written out each time. Default
   * 4,000,000. Otherwise a hundred bytes could stand for more than any program could walk through.
   */
  readonly maxElements: number
}

export const PICKLE_LIMITS: PickleLimits = {
  maxBytes: 64 * 1024 * 1024,
  maxSteps: 2_000_000,
  maxMemo: 1_000_000,
  maxDepth: 500,
  maxElements: 4_000_000,
}
