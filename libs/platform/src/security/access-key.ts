import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** An access key in its two parts. Written `assay_<id>_<secret>`. */
export interface AccessKey {
  /** 16 characters; names the key in lists and logs. */
  id: string;
  /** 256 bits, never stored. */
  secret: string;
}

/** A key as it is kept: by the hash of its secret. A fast hash suffices, as nobody guesses 256 random bits. */
export interface KeptKey {
  id: string;
  /** SHA-256 (hex) of the secret. */
  hash: string;
}

const written = /^assay_([0-9a-zA-Z]{1,32})_([0-9a-zA-Z_-]{32,128})$/;

/** A new random key. */
export function newKey(): AccessKey {
  return { id: randomBytes(8).toString('hex'), secret: randomBytes(32).toString('base64url') };
}

export function writeKey({ id, secret }: AccessKey): string {
  return `assay_${id}_${secret}`;
}

/** The parts of a written key, or undefined where it is none. */
export function parseKey(text: string): AccessKey | undefined {
  const [, id, secret] = written.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** What is kept of a key. */
export function keptKey({ id, secret }: AccessKey): KeptKey {
  return { id, hash: sha256(secret).toString('hex') };
}

/** Whether a secret is the one that was hashed; takes the same time whatever the secret. */
export function isSecretOf(secret: string, hash: string): boolean {
  const kept = Buffer.from(hash, 'hex');
  const given = sha256(secret);
  return kept.length === given.length && timingSafeEqual(kept, given);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
