import { describe, expect, it } from 'vitest'
import { scan } from '../../src/data/sql/scan.ts'
import { type Parsed, parseWithPostgres } from './pg-parser.ts'
import { POSTGRES_CORPUS } from './sql-corpus.ts'
import { drawnSql, spliced } from './drawn-sql.ts'

/** What PostgreSQL's parser found and the scanner did not. */
function missed(sql: string, parsed: readonly Parsed[]): string[] {
  const scanned = scan(sql, 'postgres')
  const bodyAt = parsed.findIndex(({ node }) => /^Create(?:Function|Trig)|RuleStmt/.test(node))
  const judged = bodyAt === -1 ? parsed : parsed.slice(0, bodyAt)
  if (bodyAt === -1 && scanned.length !== parsed.length)
    return [`${scanned.length} statements instead of ${parsed.length}`]
  return judged.flatMap(({ kind, reads, writes, unseen, node }, at) => {
    const found = scanned[at]
    if (found === undefined) return ['a statement']
    const written = new Set(found.writes.map(({ entity }) => entity))
    const read = new Set([...found.reads, ...written])
    const isTransaction = node === 'TransactionStmt'
    return [
      ...(found.everything
        ? []
        : [...writes].filter((name) => !written.has(name)).map((name) => `write of ${name}`)),
      ...(found.everything
        ? []
        : [...reads].filter((name) => !read.has(name)).map((name) => `read of ${name}`)),
      ...(unseen && !found.everything ? ['that anything may happen'] : []),
      ...(isTransaction && found.kind !== kind ? [`${kind}, found ${found.kind}`] : []),
      ...(found.cacheable && (kind === 'write' || unseen) ? ['that it is not to be cached'] : []),
    ]
  })
}

describe('scan, beside the parser of PostgreSQL', () => {
  it.for(POSTGRES_CORPUS)('misses nothing in %s', (sql) => {
    const parsed = parseWithPostgres(sql)

    expect(parsed).toBeDefined()
    expect(missed(sql, parsed ?? [])).toEqual([])
  })

  it('finds no more than the parser in what libraries write', () => {
    const excess = POSTGRES_CORPUS.flatMap((sql) => {
      const [parsed] = parseWithPostgres(sql) ?? []
      const [found] = scan(sql, 'postgres')
      if (parsed === undefined || found === undefined) return []
      const known = new Set([...parsed.reads, ...parsed.writes])
      const names = [...found.reads, ...found.writes.map(({ entity }) => entity)]
      const more = names.filter((name) => !known.has(name))
      return more.length === 0 ? [] : [`${more.join()} in ${sql}`]
    })

    expect(excess).toEqual([])
  })

  it('misses nothing in statements drawn at random', () => {
    const found: string[] = []
    let judged = 0
    for (let turn = 0; turn < 3000; turn++) {
      const sql = drawnSql(Math.random)
      const parsed = parseWithPostgres(sql)
      if (parsed === undefined) continue
      judged++
      const faults = missed(sql, parsed)
      if (faults.length > 0) found.push(`${faults.join()}: ${sql}`)
    }

    expect(found).toEqual([])
    expect(judged).toBeGreaterThan(1500)
  })

  it('misses nothing where pieces of statements are put together anew', () => {
    const found: string[] = []
    let judged = 0
    for (let turn = 0; turn < 20_000; turn++) {
      const sql = spliced(POSTGRES_CORPUS, Math.random)
      const parsed = parseWithPostgres(sql)
      if (parsed === undefined) continue
      judged++
      const faults = missed(sql, parsed)
      if (faults.length > 0) found.push(`${faults.join()}: ${sql}`)
    }

    expect(found).toEqual([])
    expect(judged).toBeGreaterThan(500)
  })
})
