// The reference for readers: signature and docstring of all that a subpath exports, as Markdown.
import { docOf, membersOf, signatureOf } from './api-docs.mjs'
import { declarationOf } from './api-surface.mjs'

/**
 * @typedef {import('./api-surface.mjs').Declared} Declared
 * @typedef {import('./api.mjs').Page} Page
 */

/**
 * @param {Page} page
 * @param {Map<Declared, string>} homeOf
 * @param {import('./api-surface.mjs').Surface} surface
 */
export function referenceOf({ specifier, exports, reached }, homeOf, surface) {
  const elsewhere = [...exports].filter(([, each]) => homeOf.get(each) !== specifier)
  const own = [...exports].filter(([, each]) => homeOf.get(each) === specifier)
  const parts = [`# ${specifier}`]
  if (elsewhere.length > 0) {
    const lines = elsewhere.map(([name, each]) => {
      const home = homeOf.get(each) ?? ''
      return `- \`${name}\`: see [${home}](${home.replace(/^breakwater\//, '').replaceAll('/', '-')}.md)`
    })
    parts.push(lines.join('\n'))
  }
  for (const [name, each] of own) parts.push(...chapter(each, name, surface))
  if (reached.length > 0) {
    parts.push('## Mentioned above', 'These have no import of their own.')
    for (const each of reached) parts.push(...chapter(each, each.name, surface, '###'))
  }
  return `${parts.join('\n\n')}\n`
}

/**
 * @param {Declared} declared
 * @param {string} name
 * @param {import('./api-surface.mjs').Surface} surface
 * @param {string} [heading]
 */
function chapter(declared, name, surface, heading = '##') {
  const parts = [`${heading} ${name}`, prose(docOf(declared))]
  const members = membersOf(declared)
  const node = declared.statements.map(declarationOf)[0]
  const signature = signatureOf(declared, name)
  // What its members say one by one is not said twice: of classes and interfaces the first line is enough.
  const head =
    members.length === 0 ? signature : `${signature.split('\n')[0]?.replace(/ ?\{$/, '')}`
  parts.push(`\`\`\`ts\n${head}\n\`\`\``)
  for (const { signature: member, doc } of members) {
    parts.push(`\`\`\`ts\n${member}\n\`\`\``, prose(doc))
  }
  if (node?.type === 'TSInterfaceDeclaration' || node?.type === 'ClassDeclaration') {
    const parents = surface.parentsOf(declared).map((parent) => `\`${parent.name}\``)
    if (parents.length > 0) parts.push(`Has what ${parents.join(' and ')} has, too.`)
  }
  return parts.filter((part) => part !== '')
}

/** A docstring as Markdown: its tags become a list. @param {string} doc */
function prose(doc) {
  const [text = '', ...tags] = doc
    .replaceAll(/\{@link (\S+?)\}/g, '`$1`')
    .split(/^@(?=(?:param|returns|throws|typeParam|example|default|see|deprecated)\b)/m)
  const lines = tags.map((tag) => {
    const [, word = '', rest = ''] = /^(\w+)\s*([\s\S]*)$/.exec(tag.trim()) ?? []
    if (word === 'example') return `\n${rest}\n`
    const [, name = '', meaning = ''] = /^(\S+)\s*(?:- )?([\s\S]*)$/.exec(rest) ?? []
    const said = word === 'param' ? `\`${name}\`: ${meaning}` : rest
    return `- ${word === 'param' ? '' : `${word}: `}${said.replaceAll('\n', ' ')}`
  })
  return [text.trim(), lines.join('\n').trim()].filter(Boolean).join('\n\n')
}
