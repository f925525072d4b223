/** Places in a file are counted in units, small enough for a line that damages one byte in 200. */
export const UNIT = 124
/** Raw: silence, in tenths of a second, that ends a frame whose bytes did not all arrive (termios(3), VTIME). */
export const SILENCE_DS = 4
/** Of those in a row: then whoever sent is gone, and the shell is there again. */
export const MOST_SILENCES = 60
/** Raw, for a shell that reads ahead: bytes of every line that is none of the file's. Longest: `: 99999 31744 131743`. */
export const HEADER = 24
/** Of a file that is fetched: in base64 still one line of the window that lines are heard through, 4,096. */
export const FETCH_FRAME = 2976
/** In a chunk, which is what is kept in memory: 380 kB. */
export const FETCH_FRAMES = 128
/** Frames that are said before the first was heard: they fill a line of 115200 baud at a round trip of 500 ms. */
export const FETCH_AHEAD = 3
