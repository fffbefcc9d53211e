import type { Counts } from '../base/measures.ts'

export function newCounts(): Counts {
  return {
    hits: 0,
    misses: 0,
    stale: 0,
    loads: 0,
    loadErrors: 0,
    joined: 0,
    waits: 0,
    stores: 0,
    removes: 0,
    invalidations: 0,
    refusals: 0,
    undecodable: 0,
    outages: 0,
  }
}
