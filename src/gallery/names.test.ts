import fc from 'fast-check'
import { expect, it } from 'vitest'
import { subjectName } from './names.ts'

it('gives a name one form, whatever it was written like', () => {
  expect(subjectName('  Zoe\u0308 ')).toBe('Zo\u00eb')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 250 }), text => {
      let name: string
      try {
        name = subjectName(text)
      } catch (error) {
        expect(error).toMatchObject({ code: 'E_SUBJECT_NAME' })
        return
      }
      expect(subjectName(name)).toBe(name)
      expect(subjectName(text.normalize('NFD'))).toBe(name)
      expect([...name].length).toBeLessThanOrEqual(200)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be left
      expect(name).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
    }),
    { numRuns: 50 },
  )
})
