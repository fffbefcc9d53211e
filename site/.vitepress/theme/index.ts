import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import { h } from 'vue'
import Launch from './launch.ts'
import './style.css'

export default {
  extends: DefaultTheme,
  // What this is about is shown before it is told.
  Layout: () => h(DefaultTheme.Layout, null, { 'home-features-before': () => h(Launch) }),
} satisfies Theme
