// JSON for values that JSON alone would change. The tree is written as JSON text with a stand-in at every special place;
// a list beside it says which places those are and what they were. Reading is JSON.parse, then a visit to those places
// alone, so that a row with one Date costs little more than a row without.
//
// The list is flat: `keep, add, step..., type[, name]` for each place. Its path is the first `keep` steps of the path
// before it and `add` new ones; a step is a property name or an index, for a Map into the list of
// its keys and values in turn. A place comes after every place inside it,
// so that a Map is filled with finished parts.

/** What a special place was. Stored: never give a letter a second meaning. */
export const SPECIAL = {
  undefined: 'u',
  notANumber: 'a',
  infinity: '+',
  minusInfinity: '-',
  minusZero: 'z',
  bigint: 'n',
  date: 'D',
  map: 'M',
  set: 'S',
  regexp: 'R',
  url: 'U',
  instance: 'C',
  buffer: 'B',
  arrayBuffer: 'A',
  view: 'V',
} as const

/** A property name or an index. */
export type Step = string | number
