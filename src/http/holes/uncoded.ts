/**
 * What the view of a page that may have holes is asked by: a compressor behind the cache would leave nothing of them that can
 * be found again. Those around the cache compress each answer as ever.
 */
export const UNCODED: readonly string[] = ['accept-encoding', 'identity']
