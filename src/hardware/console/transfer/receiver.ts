import { unindented } from '../shell/unindented.ts'
import { HEADER, MOST_SILENCES, SILENCE_DS, UNIT } from './limits.ts'
import { sha256Text } from './sums.ts'

/**
 * The board's side of a transfer, in POSIX sh and nothing more; tried on dash 0.5.12, bash 5.2 (as sh) and busybox
 * ash 1.35. `_G number check mode sum part`, the part as a word for the shell, takes frames until it is told that all were sent:
 *
 *   : 16 1984 2000       raw: unit, length and both added; then so many bytes as they are
 *   : 16 672 QUJD…       base64: unit, unit and number of characters added, characters; also while it is raw
 *   : ?                  say that you are there      : q   stop
 *   : = 4038471504       that was all, with the sum of the whole by the board's own tool
 *
 * Every line begins with a colon, which does nothing in a shell that has left the receiver meanwhile. Each frame is
 * written at its place before its sum is said, so order and repetition do not matter:
 *
 *   @word 12 s0:20480:98…  it begins: nothing of the file is there yet (1: something is), so many kB are free, and
 *                          the sum of what it was told
 *   @word 12 16:4038471504:16   unit and sum of a frame as it was written
 *   @word 12 !             in step: all that was typed before is dealt with
 *   @word 12 -             a line that is no frame   w: could not be written   #: not what was promised
 *
 * dash and busybox read byte by byte and so no further than a line; bash reads ahead from a terminal, so that it
 * counts the bytes of a raw header instead, which is always as long.
 *
 * Raw, the terminal gives up on silence: a frame with a byte lost ends there, and what follows is dropped until it is
 * silent again. Ctrl-C is a byte like others then; at a line's end it ends the receiver all the same, also among what
 * is dropped: whoever attaches to a line that was left in the middle gets to the shell.
 * The end's status: 0 checked by SHA-256, 9 by the board's tool for sums, 1 stopped, 2 not written, 3 left alone.
 */
export function receiverHelpers(): string {
  return unindented(`
    _E=$(printf "\\003")
    _L(){ read -r _o _l _m _r;}
    [ -z "$BASH_VERSION$KSH_VERSION$ZSH_VERSION" ]||_L(){ case $_M in
    r*)_r=$(\${_C}${HEADER});[ "$_r" ]&&{ set -f;set -- $_r;set +f;_o=$1 _l=$2 _m=$3 _r=$4;};;*)read -r _o _l _m _r;esac;}
    _T(){ printf "@$_n $_N $1\\n";}
    _V(){ case " $1 $2 $3 " in *[!0-9\\ ]*|*" 0"[0-9]*|*"  "*)false;;*)[ $(($1+$2)) = $3 ];;esac;}
    _W(){ _B=!;case $(cat;echo .) in *"$_E
    "*|*"$_E"?"
    "*)_A=1;esac;}
    _H(){ _f=$_F;case $3 in *z)_f=$_F.x;$_Y -dc <"$_F" >"$_f" 2>/dev/null;esac
    ${sha256Text('"$_f"')}
    _A=0;[ "$_o" ]||{ _A=9;_o=$($_k <"$_f");}
    case $_A.\${_o%% *} in 0.$4|9.$_m)chmod 755 "$_f"&&mv "$_f" "\${_F%.part}"&&rm -f "$_F"||_A=2;;*)_T "#";false;esac;}
    _G(){ _c "$1" "$2" "$3$4$5"||return;eval "_F=$5";_N=$1 _M=$3 _A=0 _B=0 _I=$(stty -g);[ ! -s "$_F" ]||_B=1
    _o=$(df -Pk "\${_F%/*}/" 2>/dev/null|{ read -r _l;read -r _l _l _l _l _r;echo $_l;})
    case $3 in r*)stty raw -echo opost onlcr min 0 time ${SILENCE_DS};esac||{ stty $_I;_A=4;}
    [ $_A = 4 ]||_T "s$_B:$_o:$(printf %s "$3$4$5"|{ _g;echo $_r;})"
    while [ $_A != 4 ];do
    _L||{ _A=$(($_A+1));[ $_A -lt ${MOST_SILENCES} ]&&continue;_A=3;break;}
    _A=0;case $_o$_l in
    "");;
    :q)_A=1;break;;
    :\\?)_T !;;
    :=)_H "$@"&&break;;
    "$_E"|"$_E"?|"$_E"echo|"$_E"?echo)_A=1;break;;
    *)_B=;if [ "$_o" = : ]&&[ "$3" != "\${3#r}" ]&&_V "$_l" "$_m" "$_r";then $_C$_m >$_d/c 2>/dev/null
    elif [ "$_o" = : ]&&_V "$_l" \${#_r} "$_m"&&echo "$_r"|$_y >$_d/c 2>/dev/null;then :
    else case $3 in r*)_W;[ $_A = 0 ]||break;;*)_B=-;esac;fi
    [ "$_B" ]||{ _g <$_d/c;_B=$_l:$_r:$_l;dd bs=${UNIT} seek=$_l <$_d/c 1<>"$_F" 2>/dev/null||_B=w;}
    _T "$_B";esac;done
    stty $_I;: >$_d/o;: >$_d/c;_e $1 $_A "$3$4$5";} 2>/dev/null
  `)
}

/**
 * Says which of the tools that a transfer wants are there, each found by trying: the `head` of busybox 1.35 reads
 * further than it was told.
 */
export function toolsInquiry(): string {
  return unindented(`
    _Y=;for _r in gzip "busybox gzip";do [ "$(echo A|$_r -c 2>/dev/null|$_r -dc 2>/dev/null)" = A ]&&_Y=$_r&&break;done
    _C=;for _r in "head -c " "dd iflag=fullblock count=1 bs=" "dd bs=1 count=";do [ "$(printf ABC|{ \${_r}2;echo :;cat;} 2>/dev/null)" = "AB:
    C" ]&&_C=$_r&&break;done
    echo A >$_d/c;{ printf B|dd bs=1 seek=1 1<>$_d/c;} 2>/dev/null
    [ "$(cat $_d/c)" = AB ]&&echo "seek dd"
    : >$_d/c;stty -g >/dev/null 2>&1&&echo "modes stty";[ "$_C" ]&&echo "count $_C";[ "$BASH_VERSION$KSH_VERSION$ZSH_VERSION" ]&&echo "ahead read";[ "$_Y" ]&&echo "gzip $_Y"
  `)
}
