import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'

test('every file of rules has its tests', () => {
  const files = readdirSync(new URL('.', import.meta.url))
  const rules = files.filter(file => /^[a-z-]+\.ts$/.test(file) && !['index.ts', 'rule.ts'].includes(file))
  expect(rules.length).toBeGreaterThan(10)
  expect(rules.filter(file => !files.includes(file.replace('.ts', '.test.ts')))).toEqual([])
})
