import { loadModule, parseSync } from 'libpg-query'
import type { StatementKind } from '../../src/data/sql/scanned.ts'

/** What PostgreSQL's own parser finds in one statement. */
export interface Parsed {
  readonly kind: StatementKind
  readonly reads: ReadonlySet<string>
  readonly writes: ReadonlySet<string>
  /** Runs what is not in its text. */
  readonly unseen: boolean
  /** The name of the parser's node. */
  readonly node: string
}

type Node = Readonly<Record<string, unknown>>
type Scope = ReadonlySet<string>

await loadModule()

const TRANSACTIONS: Readonly<Record<string, StatementKind>> = {
  TRANS_STMT_BEGIN: 'begin',
  TRANS_STMT_START: 'begin',
  TRANS_STMT_COMMIT: 'commit',
  TRANS_STMT_ROLLBACK: 'rollback',
  TRANS_STMT_SAVEPOINT: 'savepoint',
  TRANS_STMT_RELEASE: 'release',
  TRANS_STMT_ROLLBACK_TO: 'rollback to',
  TRANS_STMT_PREPARE: 'rollback',
  TRANS_STMT_COMMIT_PREPARED: 'write',
  TRANS_STMT_ROLLBACK_PREPARED: 'other',
}

/** Change rows, or what tables are. */
const CHANGING = new Set([
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'TruncateStmt',
  'CreateStmt',
  'CreateTableAsStmt',
  'AlterTableStmt',
  'RefreshMatViewStmt',
  'ViewStmt',
])
const UNSEEN = new Set(['DoStmt', 'CallStmt', 'ExecuteStmt', 'CreateForeignTableStmt'])

/** `undefined`: PostgreSQL cannot read it. */
export function parseWithPostgres(sql: string): Parsed[] | undefined {
  try {
    const { stmts = [] } = parseSync(sql)
    return stmts.map(({ stmt }) => parsed((stmt ?? {}) as Node))
  } catch {
    return undefined
  }
}

function parsed(stmt: Node): Parsed {
  const [node = '', body] = Object.entries(stmt)[0] ?? []
  const found = new Found()
  const inner = body as Node
  if (node === 'TransactionStmt') {
    const kind = TRANSACTIONS[inner['kind'] as string] ?? 'other'
    return { kind, reads: found.reads, writes: found.writes, unseen: kind === 'write', node }
  }
  if (node === 'ExplainStmt') {
    const runs = JSON.stringify(inner['options'] ?? '').includes('analy')
    if (!runs)
      return { kind: 'other', reads: found.reads, writes: found.writes, unseen: false, node }
  }
  if (node === 'CopyStmt') {
    if (inner['is_from'] === true) found.write(inner['relation'] as Node)
    else
      found.visit(
        inner['relation'] === undefined ? inner['query'] : { RangeVar: inner['relation'] },
        new Set(),
      )
  } else if (node === 'DropStmt') found.dropped(inner)
  else if (
    node === 'SelectStmt' ||
    node === 'DeclareCursorStmt' ||
    node === 'ExplainStmt' ||
    CHANGING.has(node)
  )
    found.visit(stmt, new Set())
  // What a new table or view is made of is read once, by nobody who keeps it.
  if (node.startsWith('Create') || node === 'ViewStmt') found.reads.clear()
  const writes = found.writes.size > 0
  return {
    kind: writes ? 'write' : 'read',
    reads: found.reads,
    writes: found.writes,
    unseen: UNSEEN.has(node),
    node,
  }
}

class Found {
  readonly reads = new Set<string>()
  readonly writes = new Set<string>()

  visit(node: unknown, scope: Scope): void {
    if (Array.isArray(node)) for (const each of node) this.visit(each, scope)
    else if (typeof node === 'object' && node !== null) {
      for (const [name, inner] of Object.entries(node)) this.#member(name, inner, scope)
    }
  }

  #member(name: string, node: unknown, scope: Scope): void {
    if (typeof node !== 'object' || node === null) return
    if (name === 'RangeVar') return this.#read(node as Node, scope)
    if (!Array.isArray(node) && 'withClause' in node) return this.#with(name, node, scope)
    this.#statement(name, node as Node, scope)
  }

  #statement(name: string, node: Node, scope: Scope): void {
    const rest = { ...node }
    if (name === 'TruncateStmt') {
      for (const each of node['relations'] as Node[]) this.write(each['RangeVar'] as Node)
      return
    }
    if (name === 'ViewStmt') return this.write(node['view'] as Node)
    if (CHANGING.has(name) && 'relation' in rest) {
      this.write(rest['relation'] as Node)
      delete rest['relation']
      if (name === 'CreateStmt' || name === 'AlterTableStmt' || name === 'RefreshMatViewStmt')
        return
    }
    const into = (rest['intoClause'] ??
      (name === 'CreateTableAsStmt' ? rest['into'] : undefined)) as Node | undefined
    if (into !== undefined) {
      this.write(into['rel'] as Node)
      delete rest['intoClause']
      delete rest['into']
    }
    // Names of tables that stand for their aliases.
    delete rest['lockingClause']
    this.visit(rest, scope)
  }

  #with(name: string, node: Node, scope: Scope): void {
    const { withClause, ...rest } = node
    const { ctes = [], recursive = false } = withClause as { ctes?: Node[]; recursive?: boolean }
    const own = new Set(scope)
    const all = ctes.map((each) => each['CommonTableExpr'] as Node)
    if (recursive) for (const { ctename } of all) own.add(ctename as string)
    for (const cte of all) {
      this.visit(cte['ctequery'], new Set(own))
      own.add(cte['ctename'] as string)
    }
    this.#statement(name, rest, own)
  }

  #read(range: Node, scope: Scope): void {
    const name = nameOf(range)
    if (range['schemaname'] === undefined && scope.has(name)) return
    this.reads.add(name)
  }

  write(range: Node): void {
    this.writes.add(nameOf(range))
  }

  dropped({ objects, removeType }: Node): void {
    if (!/TABLE|VIEW/.test(String(removeType))) return
    for (const { List } of objects as { List: { items: { String: { sval: string } }[] } }[]) {
      const [relname, schemaname] = List.items.map(({ String: { sval } }) => sval).toReversed()
      this.write({ relname, schemaname })
    }
  }
}

function nameOf({ schemaname, relname }: Node): string {
  const name = relname as string
  return schemaname === undefined || schemaname === 'public'
    ? name
    : `${schemaname as string}.${name}`
}
