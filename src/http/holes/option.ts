import { optionError } from '../../base/errors.ts'
import type { PageHoles } from '../../cache/hole.ts'

/** @throws {CacheError} `E_OPTION` */
export function holesOption<Incoming>(
  given: PageHoles<Incoming> | readonly PageHoles<Incoming>[] | undefined,
): readonly PageHoles<Incoming>[] {
  const all = given === undefined ? [] : [given].flat()
  for (const each of all as readonly Partial<PageHoles<Incoming>>[]) {
    const isOne =
      typeof each === 'object' &&
      typeof each?.find === 'function' &&
      typeof each.context === 'function'
    if (!isOne) throw optionError('holes', 'what inPages() of fragments returns', each)
  }
  return Object.freeze(all as readonly PageHoles<Incoming>[])
}
