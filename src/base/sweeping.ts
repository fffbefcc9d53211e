// For who invalidates a part of a view by tags and wants the room back at once, as `clear` gives it.

/** Under this a cache sweeps what has become unreachable in it. A symbol that two copies of this package share. @internal */
export const SWEEP: unique symbol = Symbol.for('breakwater.sweep')
