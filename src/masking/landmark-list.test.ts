import { expect, test } from 'vitest'
import { facesOf, parseLandmarkList } from './landmark-list.ts'

const face = Array.from({ length: 68 }, (_, i) => [i, 2 * i])

test('an object of names: one face or several', () => {
  const list = parseLandmarkList(JSON.stringify({ 'a.jpg': face, 'sub/b.jpg': [face, face] }), 'l.json')
  expect(facesOf(list, ['in/a.jpg', 'a.jpg'])).toEqual([face])
  expect(facesOf(list, ['sub/b.jpg'])).toHaveLength(2)
})

test('JSON Lines as detect and mask write them; rows of failures are passed over', () => {
  const text = [
    { photo: 'a.jpg', faces: [{ box: [0, 0, 1, 1], landmarks: face }] },
    { input: 'b.jpg', landmarks: face },
    { input: 'c.jpg', error: { code: 'E_NO_FACE', message: '' } },
  ]
  const list = parseLandmarkList(text.map(row => JSON.stringify(row)).join('\n'), 'l.jsonl')
  expect([...list.keys()]).toEqual(['a.jpg', 'b.jpg'])
  expect(facesOf(list, ['b.jpg'])).toEqual([face])
  // A single row is no object of names.
  expect([...parseLandmarkList(JSON.stringify(text[1]), 'l.jsonl').keys()]).toEqual(['b.jpg'])
})

test.each([
  ['not JSON at all', 'hello'],
  ['67 points', JSON.stringify({ 'a.jpg': face.slice(1) })],
  ['a word for a number', JSON.stringify({ 'a.jpg': [...face.slice(1), [1, 'x']] })],
  ['lines without a name', '{"landmarks": []}\n{"x": 1}'],
])('refuses %s', (_, text) => {
  expect(() => parseLandmarkList(text, 'l.json')).toThrow(expect.objectContaining({ code: 'E_LANDMARKS' }))
})

test('a photo that is not listed is an error, not silently skipped', () => {
  expect(() => facesOf(new Map(), ['x.jpg'])).toThrow(/x\.jpg/)
})
