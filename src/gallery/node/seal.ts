import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { XfmrError } from '../../errors.ts'

/** What protects the stored faces: nothing, or AES-256-GCM with keys derived from the user's. */
export type Sealer = {
  /** @param place What the text belongs to: a text that was moved elsewhere does not open. */
  seal(plain: Uint8Array, place: string): Uint8Array
  /** @throws XfmrError `E_GALLERY_KEY` when it was sealed with another key, for another place, or was changed */
  open(sealed: Uint8Array, place: string): Uint8Array
  /** What tells whether a face was enrolled before. Keyed, so that nobody can try photos on it without the key. */
  digest(content: Uint8Array): Uint8Array
}

/** @param key 32 bytes. @throws XfmrError `E_GALLERY_KEY` for another length */
export const createSealer = (key: Uint8Array): Sealer => {
  if (key.length !== KEY_BYTES) {
    throw new XfmrError('E_GALLERY_KEY', `A key has ${KEY_BYTES} bytes; this one has ${key.length}.`)
  }
  const [sealing, naming] = ['seal', 'identity'].map(use =>
    Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), `xfmr gallery ${use}`, KEY_BYTES)),
  ) as [Buffer, Buffer]
  return {
    seal: (plain, place) => {
      // 96 random bits: fine for 2^32 faces with one key (NIST SP 800-38D, 8.3).
      const nonce = randomBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', sealing, nonce).setAAD(Buffer.from(place))
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
    },
    open: (sealed, place) => {
      try {
        const nonce = sealed.subarray(0, NONCE)
        const body = sealed.subarray(NONCE, sealed.length - TAG)
        const decipher = createDecipheriv('aes-256-gcm', sealing, nonce, { authTagLength: TAG })
          .setAAD(Buffer.from(place))
          .setAuthTag(sealed.subarray(sealed.length - TAG))
        return Buffer.concat([decipher.update(body), decipher.final()])
      } catch (cause) {
        throw new XfmrError(
          'E_GALLERY_KEY',
          'Something in the gallery can not be decrypted: it was written with another key, or changed since.',
          { cause },
        )
      }
    },
    digest: content => createHmac('sha256', naming).update(content).digest(),
  }
}

/** For galleries without encryption. */
export const PLAIN_SEALER: Sealer = {
  seal: plain => plain,
  open: sealed => sealed,
  digest: content => createHash('sha256').update(content).digest(),
}

/** Reads a key: 64 hexadecimal digits, or the base64 of 32 bytes; space around it does not matter. */
export const parseKey = (text: string): Uint8Array => {
  const trimmed = text.trim()
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex')
  if (/^[A-Za-z0-9+/]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64')
  throw new XfmrError(
    'E_GALLERY_KEY',
    'A key is 64 hexadecimal digits, or 44 characters of base64: 32 random bytes. "openssl rand -hex 32" makes one.',
  )
}

// --- internal ---

const KEY_BYTES = 32
const NONCE = 12
const TAG = 16
