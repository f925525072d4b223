import { SUM_LENGTH, SUM_TOOLS } from './frame-sum.ts'
import { unindented } from './unindented.ts'

/** Lengths of a program's words: the board checks that none of their letters was lost. */
export const START_WORD = 8
export const END_WORD = 16

/**
 * The functions that our shell on the board is given, in POSIX sh and nothing more; tried on dash 0.5.12, bash 5.2
 * (as sh) and busybox ash 1.35. They are typed at the line's speed, so they are short. No variable is exported:
 * a test sees neither words nor numbers of ours in its environment, nor in any argument list.
 *
 *   _n word of the session   _p prompt        _d our folder      _k tool that makes sums   _x encoder, _X its letter
 *   _s last number started   _j last end: number, status, sum    _h these functions        _t stty as found
 */
export type Base = { word: string; prompt: string; folder: string }

const KEPT = '?'.repeat(SUM_LENGTH)

/**
 * Commands. `_b` runs one in a subshell, `_m` in the shell itself; the check, the command's length and number
 * added, finds lost characters before anything is run. `_e` ends it: the sum covers output, number, status and
 * the command as it arrived. `_a` says the last end again and never runs anything. `_i` finds a tool for sums and
 * a place for our folder, and says which, with the sum of these functions.
 */
export function commandHelpers(base: Base): string {
  const tools = SUM_TOOLS.map(tool => `${tool} "busybox ${tool}"`).join(' ')
  return unindented(`
    ${words(base)}
    _f(){ printf "\\n@$_n $_j\\n@$_n $_j\\n";}
    ${CHECK}
    _g(){ _r=$($_k);_r=\${_r%% *};case $_r in ${KEPT}?*)_r=\${_r%"\${_r#${KEPT}}"};esac;}
    _e(){ _j=$({ cat $_d/o;printf %s "$1 $2 $3";}|{ _g;echo $_r;});_j="$1 $2 $_j"
    echo "$_j">$_d/j;PS1="$_p$1> ";cat $_d/o;_f;}
    _b(){ _c "$@"&&{ (eval "$3") </dev/null >$_d/o 2>&1;_e $1 $? "$3";};}
    _m(){ _c "$@"&&{ eval "$3" >$_d/o 2>&1;_e $1 $? "$3";};}
    _a(){ case "$_j" in "$1 "*)printf "@$_n $1 $_X\\n";$_x <$_d/o;_f;;*)_l "$1";esac;}
    ${STATE_OF_NUMBER}
    ${GOODBYE}
    _i(){ for _k in ${tools};do [ "$(echo 1|cat|$_k 2>/dev/null)" ]&&break;_k=-;done
    [ -d "$_d" ]||for _d in /tmp /dev/shm /run /var/tmp;do
    _d=$_d/${base.folder};(umask 77;mkdir $_d&&: >$_d/o) 2>/dev/null&&break;_d=-;done
    _r=$(printf %s "$_h"|{ _g;echo $_r;});_r="@$_n 0 $_d $_r $_k";printf "$_r\\n$_r\\n";}
  `)
}

/** The same without a folder or sums: the output is kept in a variable and printed twice, to be compared. */
export function plainHelpers(base: Base): string {
  return unindented(`
    ${words(base)} _d=-
    _f(){ for _r in 1 2;do printf "@$_n $1 c\\n%s\\n@$_n $_j\\n" "$_o";done;}
    ${CHECK}
    _b(){ _c "$@"&&{ _o=$( (eval "$3") </dev/null 2>&1;printf " $?");_j="$1 \${_o##* } -";_o=\${_o% *};PS1="$_p$1> ";_f $1;};}
    _m(){ _b "$@";}
    _a(){ case "$_j" in "$1 "*)_f $1;;*)_l "$1";esac;}
    ${STATE_OF_NUMBER}
    ${GOODBYE}
    _i(){ printf "@$_n 0 - - -\\n@$_n 0 - - -\\n";}
  `)
}

function words(base: Base): string {
  return `_n=${base.word} _p=${base.prompt}: _s= _j= _x=cat _X=r`
}

/** A test may have cleared away our folder with everything else. */
const CHECK = `_c(){ { [ -d "$_d" ]||[ "$_d" = - ]||(umask 77;mkdir $_d);}&&[ $((\${#3}+$1)) = "$2" ]&&_s=$1&&printf "@$_n $1\\n"||{ printf "@$_n $1 d\\n";false;};}`
const STATE_OF_NUMBER = `_l(){ _r=n;[ "$_s" = "$1" ]&&_r=x;printf "@$_n $1 $_r\\n@$_n $1 $_r\\n";}`

/**
 * However this shell ends, the board is left as it was found. All in the background: when the line has hung up, a
 * shell with job control can run nothing in the foreground (dash: "Cannot set tty process group"). A hang-up comes
 * twice, the second time from the session's leader, and must not end what cleans up; nor must an interrupt of
 * whoever attaches meanwhile, who would find the console level as it was in between. A program that was started
 * just now (`_R`) is given a moment to say which group it leads.
 */
const GOODBYE = `_q(){ trap "" HUP INT;([ "$_R" ]&&[ ! -s $_d/g ]&&sleep 1;read -r _g _r <$_d/g&&_P $_g&&case $_l in ""|$_r)_z KILL;esac;read -r _r <$_d/k&&echo $_r >$_K;[ "$_d" = - ]||rm -rf $_d)& wait $!
[ "$_t" ]&&stty $_t;} 2>/dev/null
trap _q EXIT;trap "_q;exit 1" HUP`

/**
 * Files: `_u number check sum path`, the path as a word for the shell, then lines of code up to a full stop, decoded, checked, and only then appended.
 * `_z` is the decoder that gave back what was put in, found by trying.
 */
export function transferHelpers(): string {
  return unindented(`
    _O(){ while read -r _r;do printf "$_r";done;}
    for _y in "base64 -d" "busybox base64 -d" "openssl base64 -d" _O;do
    case $_y in _O)_r="\\101";;*)_r=QQ==;esac;[ "$(echo "$_r"|$_y 2>/dev/null)" = A ]&&break;done
    _u(){ _c "$1" "$2" "$3$4"||return;eval "_F=$4";$_y >$_d/c 2>/dev/null;_r=1
    case "$($_k <$_d/c)" in "$3"|"$3 "*)cat $_d/c >>"$_F"&&_r=0||_r=2;;esac;: >$_d/o;: >$_d/c;_e $1 $_r "$3$4";}
    echo "decoder $_y"
  `)
}

/**
 * Programs. `_w number start end` prints the start frame until we answered it, so that nothing is started unseen
 * or twice; then a background job (so that interrupts stay as they were for the program) runs the program in a
 * session of its own, keeps its status and prints the end; the shell waits for it and can be interrupted.
 * `_z SIGNAL` signals the program's group, then whatever else /proc shows in its session, and names what it found.
 */
export function programHelpers(how: { setsid: string | null }): string {
  const own = how.setsid === null
  const field = own ? 4 : 5
  return unindented(`
    _y(){ ${own ? 'trap : INT;' : ''}${how.setsid ?? ''} sh $_d/p </dev/null;_r=$?;echo "$1 $_r" >$_d/s;_r="$3 $1 $_r $((255-_r))"
    printf "\\n@$_r\\n@$_r\\n";}
    _u=$(stty -g 2>/dev/null)
    _w(){ [ $((\${#2}+\${#3})) = ${START_WORD + END_WORD} ]||return;while printf "\\n@$2 $1\\n";read -r _r&&[ "$_r" != ok ];do :;done;[ "$_r" = ok ]||return
    _R=1;{ (_y "$@")& } 2>/dev/null
    ${own ? '_P $!;echo $! $_l >$_d/g;' : ''}wait $!;_R=;PS1="$_p$1> ";}
    _z(){ read -r _g _r <$_d/g||return;kill -$1 -$_g
    for _f in /proc/[0-9]*/stat;do _l=;while read -r _m;do _l="$_l $_m";done <$_f;set -- $1 \${_l##*) }
    [ "$${field}" = $_g ]&&[ "$2" != Z ]&&{ _f=\${_f#/proc/};_f=\${_f%/stat};kill -$1 $_f;echo $_f;};done;} 2>/dev/null
  `)
}
