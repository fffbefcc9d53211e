import type { Query } from '../database/database.ts'

export interface Category {
  readonly id: number
  readonly parentId: number | null
  readonly slug: string
  readonly name: string
  readonly blurb: string
  readonly hue: number
}

/** All of them: two dozen rows that every page's navigation needs. */
export async function loadCategories(query: Query): Promise<Category[]> {
  return await query<Category>(
    `select id, parent_id as "parentId", slug, name, blurb, hue from categories order by parent_id nulls first, id`,
  )
}

/** From the department down to the category itself. */
export function pathTo(categories: readonly Category[], id: number): Category[] {
  const category = categories.find((candidate) => candidate.id === id)
  if (!category) return []
  return category.parentId === null
    ? [category]
    : [...pathTo(categories, category.parentId), category]
}

/** The category and all below it: a department shows what its categories hold. */
export function withChildren(categories: readonly Category[], id: number): number[] {
  const children = categories.filter((category) => category.parentId === id)
  return [id, ...children.flatMap((child) => withChildren(categories, child.id))]
}
