// The docs site. scripts/site.mjs lays out the pages that it shows, and says how to build it.
import { defineConfig } from 'vitepress'
import { menu } from '../menu.ts'

export default defineConfig({
  title: 'Breakwater',
  titleTemplate: ':title · Breakwater',
  description: 'The caching framework for TypeScript.',
  lang: 'en',
  srcDir: '.pages',
  cleanUrls: true,
  // What a reader has running by then: the first steps link to their own dashboard.
  ignoreDeadLinks: 'localhostLinks',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: '/icon.svg' }]],
  rewrites: { ':folder/README.md': ':folder/index.md' },
  markdown: {
    languageAlias: { django: 'jinja' },
    theme: { light: 'github-light', dark: 'github-dark-dimmed' },
    config(md) {
      // Braces in code are code: Vue would take `{{ user.id }}` for something to fill in.
      const show = md.renderer.rules.code_inline
      md.renderer.rules.code_inline = (tokens, index, ...rest) => {
        tokens[index]?.attrSet('v-pre', '')
        return show?.(tokens, index, ...rest) ?? ''
      }
    },
  },
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  themeConfig: {
    logo: '/icon.svg',
    search: { provider: 'local' },
    outline: [2, 3],
    ...menu(),
  },
})
