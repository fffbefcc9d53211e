// What users of the package can name, read from its declarations (.d.ts): the exports of each subpath, and what these
// mention without exporting it. Declarations are complete by themselves (isolatedDeclarations), so a parser is enough:
// no type checker, whose API differs between the majors of TypeScript.
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

/**
 * @typedef {import('oxc-parser').Program['body'][number]} Statement
 * @typedef {{ start: number, end: number }} Span
 * @typedef {{ source: string, name: string }} Source where another module's name comes from
 *
 * @typedef {object} Module one .d.ts file
 * @property {string} path
 * @property {string} text
 * @property {readonly { start: number, end: number, type: string }[]} comments
 * @property {Map<string, Statement[]>} locals what it declares, by name; functions have one statement for each overload
 * @property {Map<string, Source>} imports
 * @property {Map<string, Source | string>} exports exported name to a local one, or to another module's
 *
 * @typedef {object} Declared one thing, wherever it is exported
 * @property {string} name
 * @property {Module} module
 * @property {Statement[]} statements
 */

/** The name of a declaration that stands for all of `export const { a, b }`: our sources have none. */
const DECLARATIONS = new Set([
  'ClassDeclaration',
  'FunctionDeclaration',
  'TSDeclareFunction',
  'TSEnumDeclaration',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
])

/** Reads declarations, each file once. */
export class Surface {
  /** @type {Map<string, Module>} */
  #modules = new Map()
  /** @type {Map<string, Declared>} */
  #declared = new Map()

  /** @param {string} dist the folder of the declarations */
  constructor(dist) {
    this.dist = dist
  }

  /**
   * What an index exports, sorted by name. What comes from a third party is left out: it is not ours to keep.
   *
   * @param {string} folder relative to `dist`
   * @returns {Map<string, Declared>}
   */
  exportsOf(folder) {
    const index = this.#module(join(this.dist, folder, 'index.d.ts'))
    /** @type {Map<string, Declared>} */
    const found = new Map()
    for (const name of [...index.exports.keys()].toSorted()) {
      const declared = this.#find(index, name)
      if (declared !== undefined) found.set(name, declared)
    }
    return found
  }

  /**
   * What these mention, and what that mentions in turn: a change to any of it is a change for who uses them.
   *
   * @param {Iterable<Declared>} roots
   * @returns {Set<Declared>} with the roots
   */
  reachedFrom(roots) {
    const reached = new Set(roots)
    for (const declared of reached) {
      for (const other of this.#mentionedBy(declared)) reached.add(other)
    }
    return reached
  }

  /**
   * The interfaces and classes that one extends or implements.
   *
   * @param {Declared} declared
   * @returns {Declared[]}
   */
  parentsOf({ module, statements }) {
    return statements.flatMap((statement) => {
      const node = declarationOf(statement)
      /** @type {readonly unknown[]} */
      let heritage = []
      if (node?.type === 'TSInterfaceDeclaration') heritage = node.extends.map((e) => e.expression)
      if (node?.type === 'ClassDeclaration') {
        heritage = [node.superClass, ...(node.implements ?? []).map((each) => each.expression)]
      }
      return heritage.flatMap((expression) => {
        const name = /** @type {{ name?: unknown } | null} */ (expression)?.name
        const parent = typeof name === 'string' ? this.#local(module, name) : undefined
        return parent ?? []
      })
    })
  }

  /** @param {Declared} declared */
  #mentionedBy({ module, statements }) {
    /** @type {Declared[]} */
    const found = []
    const note = (/** @type {{ name?: unknown }} */ { name }) => {
      const declared = typeof name === 'string' ? this.#local(module, name) : undefined
      if (declared !== undefined) found.push(declared)
    }
    for (const statement of statements) {
      const hidden = declarationOf(statement)
      const skipped = hidden?.type === 'ClassDeclaration' ? hidden.body.body.filter(isPrivate) : []
      new Visitor({
        Identifier: (node) => {
          if (!skipped.some((span) => span.start <= node.start && node.end <= span.end)) note(node)
        },
      }).visit(/** @type {import('oxc-parser').Program} */ ({ type: 'Program', body: [statement] }))
    }
    return found
  }

  /** @param {string} path @returns {Module} */
  #module(path) {
    const known = this.#modules.get(path)
    if (known !== undefined) return known
    const module = parsed(path)
    this.#modules.set(path, module)
    return module
  }

  /** What a name means inside of a module. @param {Module} module @param {string} name @returns {Declared | undefined} */
  #local(module, name) {
    const statements = module.locals.get(name)
    if (statements !== undefined) {
      const id = `${module.path}#${name}`
      const declared = this.#declared.get(id) ?? { name, module, statements }
      this.#declared.set(id, declared)
      return declared
    }
    const source = module.imports.get(name)
    return source === undefined ? undefined : this.#from(module, source)
  }

  /** What a module exports under a name. @param {Module} module @param {string} name @returns {Declared | undefined} */
  #find(module, name) {
    const target = module.exports.get(name)
    if (target === undefined) throw new Error(`${module.path} does not export ${name}`)
    return typeof target === 'string' ? this.#local(module, target) : this.#from(module, target)
  }

  /** @param {Module} module @param {Source} source */
  #from(module, { source, name }) {
    if (!source.startsWith('.')) return undefined
    const path = join(dirname(module.path), source.replace(/\.[jt]s$/, '.d.ts'))
    return this.#find(this.#module(path), name)
  }

  /** Where something is declared, as people find it. @param {Declared} declared */
  sourceOf({ module }) {
    return `src/${relative(this.dist, module.path).replace(/\.d\.ts$/, '.ts')}`
  }
}

/** @param {string} path @returns {Module} */
function parsed(path) {
  const text = readFileSync(path, 'utf8')
  const { program, comments, errors } = parseSync(path, text, { lang: 'dts' })
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`)
  /** @type {Module} */
  const module = {
    path,
    text,
    comments,
    locals: new Map(),
    imports: new Map(),
    exports: new Map(),
  }
  for (const statement of program.body) note(module, statement)
  return module
}

/** @param {Module} module @param {Statement} statement */
function note(module, statement) {
  if (statement.type === 'ImportDeclaration') {
    for (const specifier of statement.specifiers) {
      const name = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : '*'
      module.imports.set(specifier.local.name, { source: statement.source.value, name })
    }
    return
  }
  if (statement.type === 'ExportAllDeclaration') {
    throw new Error(`${module.path}: exports are named one by one`)
  }
  if (statement.type === 'ExportNamedDeclaration' && statement.declaration === null) {
    for (const { local, exported } of statement.specifiers) {
      const source = statement.source?.value
      const name = nameOf(local)
      module.exports.set(nameOf(exported), source === undefined ? name : { source, name })
    }
    return
  }
  for (const name of namesIn(statement)) {
    module.locals.set(name, [...(module.locals.get(name) ?? []), statement])
    if (statement.type === 'ExportNamedDeclaration') module.exports.set(name, name)
  }
}

/** @param {Statement} statement */
export function declarationOf(statement) {
  return statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
}

/** @param {Statement} statement @returns {string[]} */
function namesIn(statement) {
  const node = declarationOf(statement)
  if (node?.type === 'VariableDeclaration') {
    return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? id.name : []))
  }
  if (node === null || !DECLARATIONS.has(node.type)) return []
  return 'id' in node && node.id !== null && 'name' in node.id ? [node.id.name] : []
}

/** @param {import('oxc-parser').ModuleExportName} node */
function nameOf(node) {
  return node.type === 'Literal' ? node.value : node.name
}

/** @param {object} member of a class */
export function isPrivate(member) {
  const { accessibility, key } =
    /** @type {{ accessibility?: unknown, key?: { type: string } }} */ (member)
  return accessibility === 'private' || key?.type === 'PrivateIdentifier'
}
