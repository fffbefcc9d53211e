// Signatures and docstrings of declarations.
import { declarationOf, isPrivate } from './api-surface.mjs'

/**
 * What describes a part of somebody else's library, as far as we use it: what its members mean says that library. Names that
 * begin like this are spared, members only.
 */
const SHAPES = new RegExp(
  `^(?:${[
    'Bson|Drizzle|Knex|Koa|Kysely|Libsql|Mongo|Mysql(?:Client|Queryable)|PgQuer|CachedRows|Queryable|Replica(?:Client|Pool)',
    'Select|Sequelize|Sqlite|Typeorm|DjangoIoRedis|DjangoNodeRedis|IoRedis(?:Client|Pipeline)|NodeRedisClient',
    'DashboardNodeRequest|Express|Fastify|H3|Hono(?:Context|Session)|Nest|Next|UseCache|RequestHead|ResponseHead',
    'OpenTelemetryApi|PromRegistry|StandardSchema|FastCheck|ContractRunner|Py|DateTimeParts|TimeParts',
  ].join('|')})`,
)

/** Members whose names say it all, or that have none. */
const PLAIN = /^(?:constructor|toJSON|toString|\[?Symbol\..*|\(.*)$/

/**
 * @typedef {import('./api-surface.mjs').Declared} Declared
 * @typedef {import('./api-surface.mjs').Module} Module
 * @typedef {import('./api-surface.mjs').Span} Span
 *
 * @typedef {object} Member
 * @property {string} name
 * @property {string} signature without its docstring, in one line
 * @property {string} doc empty when it has none
 */

/**
 * What a declaration says, without comments, private members, `export` and `declare`.
 *
 * @param {Declared} declared
 * @param {string} name the one under which it is exported
 */
export function signatureOf({ module, statements, name: own }, name) {
  const texts = statements.map((statement) => {
    const node = declarationOf(statement) ?? statement
    const hidden = node.type === 'ClassDeclaration' ? node.body.body.filter(isPrivate) : []
    return without(module, node, hidden).replace(/^declare /, '')
  })
  return (name === own ? texts : [...texts, `export { ${own} as ${name} }`]).join('\n')
}

/** @param {Module} module @param {Span} node @param {readonly Span[]} hidden */
function without({ text, comments }, node, hidden) {
  const inside = [...comments, ...hidden]
    .filter(({ start, end }) => node.start <= start && end <= node.end)
    .toSorted((a, b) => a.start - b.start)
  let rest = ''
  let at = node.start
  for (const { start, end } of inside) {
    if (start < at) continue
    rest += text.slice(at, start)
    at = end
  }
  rest += text.slice(at, node.end)
  return rest
    .split('\n')
    .filter((line) => !/^[\s;]*$/.test(line))
    .map((line) => line.trimEnd().replace(/^( {4})+/, (indent) => ' '.repeat(indent.length / 2)))
    .join('\n')
}

/**
 * The docstring directly in front of something, without its stars.
 *
 * @param {Module} module
 * @param {Span} node
 */
function docBefore({ text, comments }, { start }) {
  const doc = comments.findLast(
    (comment) => comment.end <= start && text.slice(comment.end, start).trim() === '',
  )
  const raw = doc === undefined ? '' : text.slice(doc.start, doc.end)
  if (!raw.startsWith('/**')) return ''
  return raw
    .slice(3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim()
}

/** @param {Declared} declared */
export function docOf({ module, statements }) {
  return statements.map((statement) => docBefore(module, statement)).find(Boolean) ?? ''
}

/**
 * The members that users see: of an interface, a class, or a type that is written as an object. Overloads of a method are one.
 *
 * @param {Declared} declared
 * @returns {Member[]}
 */
export function membersOf({ module, statements }) {
  /** @type {Map<string, Member>} */
  const found = new Map()
  for (const statement of statements) {
    for (const node of memberNodes(declarationOf(statement))) {
      const name = memberName(module, node)
      const signature = without(module, node, [])
        .replace(/\s*\n\s*/g, ' ')
        .replace(/;$/, '')
      const doc = docBefore(module, node)
      const known = found.get(name)
      found.set(name, {
        name,
        signature: known === undefined ? signature : `${known.signature}\n${signature}`,
        doc: known?.doc || doc,
      })
    }
  }
  return [...found.values()]
}

/** @param {ReturnType<typeof declarationOf>} node @returns {readonly (Span & { type: string })[]} */
function memberNodes(node) {
  if (node?.type === 'TSInterfaceDeclaration') return node.body.body
  if (node?.type === 'ClassDeclaration') {
    return node.body.body.filter((member) => !isPrivate(member) && memberKey(member) !== undefined)
  }
  if (node?.type === 'TSTypeAliasDeclaration' && node.typeAnnotation.type === 'TSTypeLiteral') {
    return node.typeAnnotation.members
  }
  return []
}

/** @param {object} node @returns {Span | undefined} */
function memberKey(node) {
  return /** @type {{ key?: Span }} */ (node).key
}

/** @param {Module} module @param {Span & { type: string }} node */
function memberName({ text }, node) {
  const key = memberKey(node)
  return key === undefined ? `(${node.type})` : text.slice(key.start, key.end)
}

/**
 * What of a declaration has no docstring. A member is spared when it is one of a parent's that has.
 *
 * @param {Declared} declared
 * @param {import('./api-surface.mjs').Surface} surface
 * @returns {string[]} `src/file.ts: Name.member`
 */
export function undocumentedIn(declared, surface) {
  const found = docOf(declared) === '' ? [declared.name] : []
  const inherited = new Set(documentedBy(surface.parentsOf(declared), surface))
  const members = SHAPES.test(declared.name) ? [] : membersOf(declared)
  for (const { name, doc } of members) {
    if (doc !== '' || inherited.has(name) || PLAIN.test(name)) continue
    found.push(`${declared.name}.${name}`)
  }
  return found.map((name) => `${surface.sourceOf(declared)}: ${name}`)
}

/** @param {Declared[]} parents @param {import('./api-surface.mjs').Surface} surface @returns {string[]} */
function documentedBy(parents, surface) {
  return parents.flatMap((parent) => [
    ...membersOf(parent).flatMap(({ name, doc }) => (doc === '' ? [] : name)),
    ...documentedBy(surface.parentsOf(parent), surface),
  ])
}
