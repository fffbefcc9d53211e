/**
 * Under this name a response of node:http has the fields of its head, names and values in turn, as they were when something
 * that lies outside of everything else (the panel of a request) put its own in their place: what the view and the layers
 * around it have said, and what a cache of pages is to go by. A symbol that two copies of this package share.
 */
export const INNER_FIELDS: unique symbol = Symbol.for('breakwater.innerFields')
