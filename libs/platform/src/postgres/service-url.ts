import { createHmac } from 'node:crypto';

/** The database role of a service, or of the event log (`event_log`). */
export function roleOf(schema: string): string {
  return `assay_${schema}`;
}

/**
 * URL by which a service reaches its schema. Of an administrator's URL, user and password are exchanged for the service's role and a
 * password derived from the administrator's (so that nothing has to be stored); a URL that is the service's already stays.
 * @throws Error where the administrator's URL has no password to derive from.
 */
export function serviceUrl(url: string, schema: string): string {
  const own = new URL(url);
  if (decodeURIComponent(own.username) === roleOf(schema)) return url;
  own.username = roleOf(schema);
  own.password = passwordOf(url, schema);
  return own.href;
}

/** The password that `provision` gives the role of a schema. */
export function passwordOf(adminUrl: string, schema: string): string {
  const { password, host, username } = new URL(adminUrl);
  if (password === '') throw new Error(`database URL of ${username} at ${host} has no password: expected one`);
  return createHmac('sha256', decodeURIComponent(password)).update(roleOf(schema)).digest('base64url');
}
