// Builds the docs site: the pages of docs/, the files of the repository that they link to, and a menu over all of them.
// `npm run site` writes site/.vitepress/dist, `npm run site -- --serve` shows it on this machine. Nothing is loaded from
// elsewhere when it is read.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { root, runOrExit } from './run.mjs'

const docs = join(root, 'docs')
const pages = join(root, 'site/.pages')

rmSync(pages, { recursive: true, force: true })
cpSync(docs, pages, { recursive: true })
// What the first page shows.
cpSync(join(docs, 'images/launch.svg'), join(pages, 'public/launch.svg'))
cpSync(join(root, 'src/dashboard/assets/icon.svg'), join(pages, 'public/icon.svg'))

/** @type {Set<string>} */
const shown = new Set()
for (const page of readdirSync(docs, { recursive: true, encoding: 'utf8' })) {
  if (!page.endsWith('.md')) continue
  const text = readFileSync(join(docs, page), 'utf8')
  const linked = text.replaceAll(/\]\(([^)\s]+)\)/g, (link, href) => {
    const file = sourceOf(join(docs, dirname(page)), href)
    if (file === undefined) return link
    shown.add(file)
    return `](/source/${file.replace(/\.md$/, '')})`
  })
  if (linked !== text) writeFileSync(join(pages, page), linked)
}
for (const file of shown) {
  const page = join(pages, 'source', `${file.replace(/\.md$/, '')}.md`)
  mkdirSync(dirname(page), { recursive: true })
  writeFileSync(page, asPage(file))
}

await runOrExit('vitepress', ['build', 'site'])
if (process.argv.includes('--serve')) await runOrExit('vitepress', ['preview', 'site'])

/**
 * The file that a link of a page means, unless it is a page itself, or a picture beside it.
 *
 * @param {string} folder
 * @param {string} href
 * @returns {string | undefined}
 */
function sourceOf(folder, href) {
  const path = resolve(folder, href.split('#')[0] ?? '')
  if (/^(?:\w+:|[/#])/.test(href) || !relative(docs, path).startsWith('..')) return undefined
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'README.md') : path
  return existsSync(file) ? relative(root, file) : undefined
}

/**
 * @param {string} file
 * @returns {string}
 */
function asPage(file) {
  const text = readFileSync(join(root, file), 'utf8')
  const kind = extname(file).slice(1)
  if (kind !== 'md') return `# ${file}\n\n\`\`\`\`${kind}\n${text}\`\`\`\`\n`
  // Its links lead to where only the repository can follow.
  return text
    .replaceAll(/(?<!!)\[([^\]]+)\]\((?!https?:)[^)]+\)/g, '$1')
    .replaceAll(/!\[[^\]]*\]\([^)]+\)/g, '')
}
