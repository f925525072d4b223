import { FETCH_AHEAD, FETCH_FRAME, FETCH_FRAMES } from './limits.ts'

/**
 * The board's side of a file that is fetched, tried on the same shells as the receiver. `_U number check 'way pack
 * most chunk frames…' path`, the path as a word for the shell, says one chunk of the file, or only the frames of it
 * that are named:
 *
 *   @word 12 z81920               the chunk, packed, has so many bytes (p: it is said as it is; packing would not pay)
 *   @word 12 3:4038471504:QUJD…   base64: frame, sum, characters, all in a line
 *   @word 12 3:4038471504         raw: frame and sum; the bytes follow
 *
 * It is never further ahead than FETCH_AHEAD frames: each empty line lets it say one more, and any other line is the
 * end of it. So nothing waits in the buffers of a slow line when somebody wants the prompt back.
 *
 * `pack` is z to pack it where that gets it below `most` bytes, k to go on with what was packed, p for as it is.
 */
export function giverHelpers(): string {
  return `_U(){ _c "$1" "$2" "$3$4"||return;eval "_F=$4";_N=$1 _M="$3$4";set -- $3
_f=$_F _B=$(($4*${FETCH_FRAMES})) _o=p0
case $2 in z)dd if="$_F" bs=${FETCH_FRAME} skip=$_B count=${FETCH_FRAMES} 2>/dev/null|$_Y -c >$_d/z
_o=$(($(wc -c <$_d/z)));if [ $_o -lt $3 ];then _f=$_d/z _B=0 _o=z$_o;else : >$_d/z;_o=p0;fi;;
k)_f=$_d/z _B=0;;esac
_T $_o;_A=$1;shift 4;[ $# -gt 0 ]||{ _m=0;case $_o in z*)_l=\${_o#z};;*)_l=$(($(wc -c <"$_f")-$_B*${FETCH_FRAME}));esac
[ $_l -lt ${FETCH_FRAME * FETCH_FRAMES} ]||_l=${FETCH_FRAME * FETCH_FRAMES}
while [ $_l -gt 0 ];do set -- "$@" $_m;_m=$(($_m+1)) _l=$(($_l-${FETCH_FRAME}));done;}
_Q=${FETCH_AHEAD};for _m in "$@";do [ $_Q -gt 0 ]||{ read -r _l&&[ -z "$_l" ]||{ _A=q;break;};_Q=1;};_Q=$(($_Q-1))
dd if="$_f" bs=${FETCH_FRAME} skip=$(($_B+$_m)) count=1 >$_d/c 2>/dev/null;_g <$_d/c
case $_A in b)_l=$($_x <$_d/c);set -f;set -- $_l;set +f;IFS=;printf "@$_n $_N $_m:$_r:%s\\n" "$*";unset IFS;;
*)printf "\\n@$_n $_N $_m:$_r\\n";cat $_d/c;esac;done
: >$_d/o;: >$_d/c;case $_A in q)_A=1;;*)_A=0;esac;_e $_N $_A "$_M";} 2>/dev/null`
}
