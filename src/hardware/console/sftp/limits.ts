/**
 * Bytes of a request. Every server takes 32 kB with what stands around them (draft-ietf-secsh-filexfer-02, section 3);
 * above 31,952 ssh2 makes two requests of one, the second after the answer to the first, unless it knows the server.
 */
export const REQUEST = 31 * 1024
/** Requests without an answer yet: a megabyte, which fills 100 Mbit/s at a round trip of 80 ms. */
export const FLYING = 32
