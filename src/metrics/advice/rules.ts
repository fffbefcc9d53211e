import type { Rule } from './evidence.ts'
import { costsMoreThanItSaves } from './rules/costs-more-than-it-saves.ts'
import { genericKey } from './rules/generic-key.ts'
import { hotKey } from './rules/hot-key.ts'
import { memoryTooSmall } from './rules/memory-too-small.ts'
import { neverReadAgain } from './rules/never-read-again.ts'
import { oversized } from './rules/oversized.ts'
import { rarelyHit } from './rules/rarely-hit.ts'
import { refusedOften } from './rules/refused-often.ts'
import { ttlTooLong } from './rules/ttl-too-long.ts'
import { ttlTooShort } from './rules/ttl-too-short.ts'
import { writtenMoreThanRead } from './rules/written-more-than-read.ts'

export const RULES: readonly Rule[] = [
  costsMoreThanItSaves,
  genericKey,
  hotKey,
  memoryTooSmall,
  neverReadAgain,
  oversized,
  rarelyHit,
  refusedOften,
  ttlTooLong,
  ttlTooShort,
  writtenMoreThanRead,
]
