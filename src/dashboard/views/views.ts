import type { View } from './ask.ts'
import { advice } from './advice.ts'
import { audit } from './audit.ts'
import { families } from './families.ts'
import { fleet } from './fleet.ts'
import { keyPage } from './key.ts'
import { keys } from './keys.ts'
import type { NavItem } from './layout.ts'
import { loads } from './loads.ts'
import { overview } from './overview.ts'
import { pages } from './pages.ts'
import { requests } from './requests.ts'
import { settings } from './settings.ts'
import { tags } from './tags.ts'

/** Every page, by what its address ends in. Those that read a store are not live: each viewer would cost it reads. */
export const VIEWS: ReadonlyMap<string, View> = new Map<string, View>([
  ['', { title: 'Overview', live: true, render: overview }],
  ['families', { title: 'Families', live: true, render: families }],
  ['keys', { title: 'Keys', live: false, render: keys }],
  ['key', { title: 'Key', live: false, render: keyPage }],
  ['tags', { title: 'Tags and purge', live: false, render: tags }],
  ['pages', { title: 'Pages', live: false, render: pages }],
  ['loads', { title: 'Loads', live: true, render: loads }],
  ['fleet', { title: 'Fleet', live: true, render: fleet }],
  ['requests', { title: 'Requests', live: true, render: requests }],
  ['advice', { title: 'Advice', live: true, render: advice }],
  ['audit', { title: 'Audit', live: true, render: audit }],
  ['settings', { title: 'Settings', live: false, render: settings }],
])

const GROUPS = [
  ['', 'families', 'loads', 'pages', 'requests'],
  ['keys', 'tags'],
  ['fleet', 'advice'],
  ['audit', 'settings'],
] as const

/** @param counts what stands beside a title, by page */
export function navigation(
  counts: Readonly<Record<string, number>>,
): readonly (readonly NavItem[])[] {
  return GROUPS.map((group) =>
    group.map((page) => ({ page, title: VIEWS.get(page)?.title ?? page, badge: counts[page] })),
  )
}
