/** What a transaction of a test's own begins with: PostgreSQL ends one that idles for 3 s, as this one may while the test waits. */
export const MAY_IDLE = 'set local idle_in_transaction_session_timeout = 0';
