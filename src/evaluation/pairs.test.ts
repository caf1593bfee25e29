import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { XfmrError } from '../errors.ts'
import { formatCsvPairs, parseCsvPairs, parseCsvScores } from './csv-pairs.ts'
import { formatLfwPairs, lfwPhoto, parseLfwPairs } from './lfw-pairs.ts'
import { checkPhotos, type PairList, type PairProblem } from './pairs.ts'

const LFW = `${process.env.XFMR_DATA ?? '../shared/data'}/lfw/pairs.txt`

const GOOD = '2\t1\nAda_L\t1\t4\nAda_L\t1\tBob\t2\nCem\t3\t12\nBob\t1\tCem\t3\n'

const problemsOf = (read: () => unknown): PairProblem[] => {
  try {
    read()
  } catch (error) {
    if (error instanceof XfmrError && error.code === 'E_BAD_PAIRS')
      return error.details!.problems as PairProblem[]
    throw error
  }
  return []
}

describe("LFW's format", () => {
  it('is read', () => {
    expect(parseLfwPairs(GOOD)).toEqual({
      folds: 2,
      pairs: [
        { a: lfwPhoto('Ada_L', 1), b: lfwPhoto('Ada_L', 4), same: true, fold: 1 },
        { a: lfwPhoto('Ada_L', 1), b: lfwPhoto('Bob', 2), same: false, fold: 1 },
        { a: lfwPhoto('Cem', 3), b: lfwPhoto('Cem', 12), same: true, fold: 2 },
        { a: lfwPhoto('Bob', 1), b: lfwPhoto('Cem', 3), same: false, fold: 2 },
      ],
    })
    expect(lfwPhoto('Cem', 12).photo).toBe('Cem/Cem_0012.jpg')
  })

  it('may have Windows line ends, spaces for tabs, and one fold named by a single number', () => {
    expect(parseLfwPairs(GOOD.replaceAll('\n', '\r\n'))).toEqual(parseLfwPairs(GOOD))
    expect(parseLfwPairs(GOOD.replaceAll('\t', '  '))).toEqual(parseLfwPairs(GOOD))
    expect(parseLfwPairs('1\nA\t1\t2\nA\t1\tB\t1').folds).toBe(1)
  })

  it.each([
    ['', 1, 'such as "10 300", not ""'],
    ['ten 300\n', 1, 'not "ten 300"'],
    ['0 5\n', 1, 'not "0 5"'],
    [GOOD.replace('Ada_L\t1\t4', 'Ada_L\t1'), 2, 'expected a genuine pair (name n1 n2), found "Ada_L 1"'],
    [GOOD.replace('Ada_L\t1\tBob\t2', 'Ada_L\t1\t2'), 3, 'expected an impostor pair'],
    [GOOD.replace('Cem\t3\t12', 'Cem\t3\tx'), 4, '"x" is no photo number'],
    [GOOD.replace('Cem\t3\t12', 'Cem\t3\t0'), 4, '"0" is no photo number'],
    [GOOD.replace('Cem\t3\t12', '..\t3\t12'), 4, '".." is no name'],
    [GOOD.replace('Cem\t3\t12', ''), 4, 'expected a genuine pair'],
    [GOOD.replace('Cem\t3\t12', 'Cem\t3\t3'), 4, 'Cem/Cem_0003.jpg is paired with itself'],
    [GOOD.replace('Bob\t1\tCem\t3', 'Bob\t2\tAda_L\t1'), 5, 'were paired in line 3 already'],
    [GOOD.replace('Bob\t1\tCem\t3', 'Cem\t1\tCem\t2'), 5, 'labelled different, but both show Cem'],
    [GOOD.replace('Bob\t1\tCem\t3', 'Cem\t3\tCem\t12'), 5, 'labelled different, but same in line 4'],
    [`${GOOD}Bob\t1\tCem\t4\n`, undefined, 'promises 4 pairs (2 x 2 x 1), there are 5'],
    [GOOD.split('\n').slice(0, 3).join('\n'), undefined, 'there are 2'],
    [GOOD.split('\n').slice(0, 3).join('\n'), undefined, 'fold 2 of 2 has no pair labelled same'],
  ])('is refused with the line and the reason: %#', (text, line, message) => {
    const problems = problemsOf(() => parseLfwPairs(text, 'x.txt'))
    expect(problems.some(found => found.line === line && found.problem.includes(message))).toBe(true)
  })

  it('names the first problem in the message and counts the rest', () => {
    const text = GOOD.replace('Ada_L\t1\t4', 'Ada_L\t1\t1').replace('Cem\t3\t12', 'Cem\t3\t3')
    expect(() => parseLfwPairs(text, 'x.txt')).toThrow(
      'x.txt line 2: Ada_L/Ada_L_0001.jpg is paired with itself; a pair needs two photos (and 1 more problem).',
    )
  })

  it.skipIf(!existsSync(LFW))('holds the real list', () => {
    const text = readFileSync(LFW, 'utf8')
    const list = parseLfwPairs(text)
    expect(list.folds).toBe(10)
    expect(list.pairs.filter(pair => pair.same)).toHaveLength(3000)
    expect(list.pairs.filter(pair => !pair.same)).toHaveLength(3000)
    expect(formatLfwPairs(list).trim()).toBe(text.trim().replaceAll('\r', ''))
  })
})

const CSV = 'a,b,same,identity_a,identity_b,fold\nx/1.jpg,x/2.jpg,1,X,X,1\nx/1.jpg,y/1.jpg,0,X,Y,1\n'

describe('CSV', () => {
  it('is read, with columns in any order and spare ones', () => {
    const text = 'note,same,b,a\nhello,TRUE,2.jpg,1.jpg\n,different,3.jpg,1.jpg\n'
    expect(parseCsvPairs(text).pairs).toMatchObject([
      { a: { photo: '1.jpg' }, b: { photo: '2.jpg' }, same: true, fold: 1 },
      { a: { photo: '1.jpg' }, b: { photo: '3.jpg' }, same: false, fold: 1 },
    ])
  })

  it('gives photos that genuine pairs connect one identity', () => {
    const { pairs } = parseCsvPairs('a,b,same\n3,4,1\n1,2,1\n2,3,1\n4,5,0\n')
    const names = new Set(pairs.slice(0, 3).flatMap(({ a, b }) => [a.identity, b.identity]))
    expect(names.size).toBe(1)
    expect(names.has(pairs[3]!.b.identity)).toBe(false)
  })

  it.each([
    ['', 1, 'lacks a, b, same'],
    ['a,b,label\n', 1, 'lacks same'],
    ['a,b,same,identity_a\n', 1, 'both or none'],
    [CSV.replace(',1,X,X,1', ',1,X,X'), 2, 'expected 6 fields, found 5'],
    [CSV.replace(',1,X,X,1', ',maybe,X,X,1'), 2, '"maybe" is no label'],
    [CSV.replace(',1,X,X,1', ',1,X,X,0'), 2, '"0" is no fold'],
    [CSV.replace(',1,X,X,1', ',1,X,,1'), 2, 'identity_b is empty'],
    [CSV.replace(',1,X,X,1', ',1,X,Z,1'), 2, 'labelled same, but show X and Z'],
    [CSV.replace('0,X,Y', '0,Q,Y'), 3, 'x/1.jpg is said to show Q, and X'],
    [CSV.replace('0,X,Y', '0,X,X'), 3, 'labelled different, but both show X'],
    [`${CSV}x/2.jpg,x/1.jpg,1,X,X,1\n`, 4, 'were paired in line 2 already'],
    [`${CSV}x/2.jpg,y/9.jpg,0,X,Y,3\n`, undefined, 'fold 2 of 3 has no pair labelled same'],
    ['a,b,same\n1,2,1\n2,3,1\n1,3,0\n', 4, '1 and 3 are labelled different, but both show the person of 1'],
    ['a,b,same\n1,2,1\n1,2,0\n', 3, 'labelled different, but same in line 2'],
    ['a,b,same\n1,"2,1\n', 2, 'stray quote'],
    ['a,b,same\n"1\n1",2,1\n3,3,0\n', 4, '3 is paired with itself'],
  ])('is refused with the line and the reason: %#', (text, line, message) => {
    const problems = problemsOf(() => parseCsvPairs(text))
    expect(problems.some(found => found.line === line && found.problem.includes(message))).toBe(true)
  })
})

describe('round trips', () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z_.'-]{0,8}$/)
  const people = fc.uniqueArray(name, { minLength: 8, maxLength: 8 })
  const list = fc
    .tuple(
      people,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 9998 }),
    )
    .map(([names, folds, each, n]): PairList => {
      const pairs = Array.from({ length: folds * each * 2 }, (_, k) => {
        const fold = Math.floor(k / (2 * each)) + 1
        const same = k % (2 * each) < each
        const [first, second] = [names[k % 4]!, names[4 + (k % 4)]!]
        return { a: lfwPhoto(first, n + k), b: lfwPhoto(same ? first : second, n + k + 100), same, fold }
      })
      return { pairs, folds }
    })

  it('through the format of LFW', () => {
    fc.assert(fc.property(list, pairs => void expect(parseLfwPairs(formatLfwPairs(pairs))).toEqual(pairs)))
  })

  it('through CSV, whatever the paths hold', () => {
    const path = fc
      .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
      .filter(text => text === text.trim())
    fc.assert(
      fc.property(list, fc.uniqueArray(path, { minLength: 1, maxLength: 6 }), (pairs, paths) => {
        const renamed = pairs.pairs.map(pair => ({
          ...pair,
          a: { ...pair.a, photo: `${paths[0]}",\n${pair.a.photo}` },
        }))
        const changed = { ...pairs, pairs: renamed }
        expect(parseCsvPairs(formatCsvPairs(changed))).toEqual(changed)
      }),
    )
  })

  it('keep scores to the last bit, and where there is none', () => {
    const pairs = parseCsvPairs(CSV)
    const text = formatCsvPairs(pairs, [0.1 + 0.2, null])
    expect(parseCsvPairs(text)).toEqual(pairs)
    expect(parseCsvScores(text)).toEqual([0.1 + 0.2, null])
    expect(() => parseCsvScores(CSV)).toThrow('lacks score')
    expect(() => parseCsvScores('score\nhigh\n')).toThrow('"high" is no score')
  })

  it('refuse what the format of LFW cannot hold', () => {
    const { pairs } = parseCsvPairs(CSV)
    expect(() => formatLfwPairs({ pairs, folds: 1 })).toThrow('not named as LFW')
    expect(() => formatLfwPairs({ pairs: parseLfwPairs(GOOD).pairs.slice(1), folds: 2 })).toThrow(
      'pairs of each kind',
    )
  })
})

describe('photos', () => {
  it('that are missing are reported, each once, and the persons left with one', async () => {
    const asked: string[] = []
    const problems = await checkPhotos(parseLfwPairs(GOOD), async photo => {
      asked.push(photo)
      return photo !== 'Cem/Cem_0003.jpg' && photo !== 'Bob/Bob_0002.jpg'
    })
    expect(new Set(asked).size).toBe(asked.length)
    expect(problems.map(({ problem }) => problem)).toEqual([
      'Bob/Bob_0002.jpg does not exist',
      'Cem/Cem_0003.jpg does not exist',
      'Cem has one photo, so no genuine pair',
    ])
  })

  it('that are all there give no problem', async () => {
    expect(await checkPhotos(parseLfwPairs(GOOD), () => true)).toEqual([])
  })
})
