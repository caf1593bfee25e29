import { XfmrError } from '../errors.ts'

/** Characters of a subject's name at most. */
export const LONGEST_NAME = 200

/**
 * The form in which a name is stored: Unicode NFC, without space around it. A name is text and nothing else: it never becomes part of
 * a path or of SQL, so that dots, slashes and quotes are as good as letters.
 * @throws XfmrError `E_SUBJECT_NAME` when it is empty or too long, has control characters or no valid Unicode
 */
export const subjectName = (name: unknown): string => {
  if (typeof name !== 'string') throw bad('A name is a text.')
  if (/[\uD800-\uDFFF]/u.test(name))
    throw bad('A name is not valid Unicode: half a character stands alone in it.')
  const normal = name.normalize('NFC').trim()
  if (normal === '') throw bad('A name is empty.')
  if ([...normal].length > LONGEST_NAME) throw bad(`A name is longer than ${LONGEST_NAME} characters.`)
  // Control characters, and those that change the direction of what is shown after them.
  if (/[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u.test(normal)) {
    throw bad('A name has control characters, which could make it look like another one.')
  }
  return normal
}

// --- internal ---

const bad = (message: string): XfmrError =>
  new XfmrError('E_SUBJECT_NAME', `${message} Choose another name for the subject.`)
