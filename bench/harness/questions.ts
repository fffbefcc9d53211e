import { coldKey } from '../cold-key.ts'
import { getMany } from '../get-many.ts'
import { miss } from '../miss.ts'
import { nearHit } from '../near-hit.ts'
import { pages } from '../pages.ts'
import { scale } from '../scale.ts'
import { sharedHit } from '../shared-hit.ts'
import { tags } from '../tags.ts'
import { twoTiersZipf } from '../two-tiers-zipf.ts'
import type { Question } from './question.ts'

/** In the order in which they are asked. */
export const QUESTIONS: readonly Question[] = [
  nearHit,
  twoTiersZipf,
  sharedHit,
  miss,
  getMany,
  coldKey,
  tags,
  pages,
  scale,
]

/** @throws {Error} when there is none of this name */
export function question(name: string): Question {
  const found = QUESTIONS.find((each) => each.name === name)
  if (found === undefined) throw new Error(`No question is called ${name}.`)
  return found
}
