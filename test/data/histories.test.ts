import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { LIBRARIES, OF_ONE_PROCESS } from '../programs/writers/libraries.ts'

describe('the table of histories in docs/data.md', () => {
  const text = readFileSync(new URL('../../docs/data.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm)]
  const named = (of: (second: string) => boolean): string[] =>
    rows
      .filter(([, , second]) => of(second as string))
      .flatMap(([, libraries]) => (libraries as string).replaceAll('`', '').split(', '))

  it('names every library that writes in a second process, and no other', () => {
    const shared = named((second) => /^on (PostgreSQL|MariaDB|one file|one server)$/.test(second))

    expect(shared.toSorted()).toEqual(Object.keys(LIBRARIES).toSorted())
  })

  it('says of which databases there can be none', () => {
    expect(named((second) => second.startsWith('none can'))).toEqual(OF_ONE_PROCESS)
  })
})
