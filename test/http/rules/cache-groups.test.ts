// RFC 9875 §2: a List of Strings, compared as they are written.
import { describe, expect, it } from 'vitest'
import { groupTags } from '../../../src/http/rules/cache-groups.ts'

function tagsOf(...lines: string[]): readonly string[] {
  return groupTags(
    lines.flatMap((line) => ['Cache-Groups', line]),
    'cache-groups',
  )
}

describe('groupTags', () => {
  it.each<readonly [string, readonly string[]]>([
    ['"a", "b"', ['a', 'b']],
    ['"A", "a", "a"', ['A', 'a']],
    ['"a";x=1 , "with, comma"', ['a', 'with, comma']],
    [String.raw`"a\"b\\c"`, [String.raw`a"b\c`]],
    ['token, "a"', ['a']],
    ['"a", broken "b" =, "c', ['a', 'b']],
    ['', []],
  ])('reads %s', (line, tags) => {
    expect(tagsOf(line)).toEqual(tags)
  })

  it('reads all lines of the field', () => {
    expect(tagsOf('"a"', '"b"')).toEqual(['a', 'b'])
  })

  it('supports more and longer groups than all caches must, and makes tags of any', () => {
    const groups = Array.from({ length: 200 }, (_, index) => `${index}`.padStart(400, 'x'))
    const tags = tagsOf(groups.map((group) => `"${group}"`).join(', '))

    expect(new Set(tags).size).toBe(200)
    expect(tags.every((tag) => tag.length <= 256)).toBe(true)
    expect(tagsOf('""')[0]).toMatch(/^page-group:/)
  })
})
