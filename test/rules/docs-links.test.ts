// Shows that every link between the pages of the documentation leads to a heading that is there.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const project = join(import.meta.dirname, '../..')
const markdownIn = (folder: string) =>
  readdirSync(join(project, folder)).flatMap((file) => (file.endsWith('.md') ? [join(folder, file)] : []))
const pages = [...markdownIn('.'), ...markdownIn('docs')]
const read = (file: string) => readFileSync(join(project, file), 'utf8')

/** As GitHub makes them of headings. */
function anchorsIn(file: string): string[] {
  const titles = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase())
  return titles.map((title) => title.replace(/[^\w -]/g, '').replaceAll(' ', '-'))
}

const linksIn = (page: string) => [...read(page).matchAll(/\]\(([\w./-]+\.md)?(?:#([\w-]+))?\)/g)]

test('there are links', () => {
  expect(pages.flatMap(linksIn).length).toBeGreaterThan(50)
})

test.each(pages)('the links of %s lead to pages and headings that exist', (page) => {
  const broken = linksIn(page).filter(([, file, heading]) => {
    const target = file === undefined ? page : join(page, '..', file)
    return !pages.includes(target) || (heading !== undefined && !anchorsIn(target).includes(heading))
  })
  expect(broken.map(([link]) => link)).toEqual([])
})
