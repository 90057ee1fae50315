# Tells Taproot which refs moved, or which commits replace which: as the arguments of a git process that git traces.
# It never fails, and does nothing where git is not traced or nothing was committed. A shell reads no further than it gets:
# what git starts most often ends in the first lines.
case $1 in
committed) taproot_what=refs taproot_each=3 ;;
amend | rebase) taproot_what=rewrites taproot_each=2 ;;
*) exit 0 ;;
esac
[ -n "$GIT_TRACE2_PARENT_SID" ] || exit 0
exec >/dev/null 2>&1
set -f
taproot_all= taproot_n=0 taproot_slow=
while [ $taproot_n -lt 64 ] && read -r taproot_line; do
	taproot_n=$((taproot_n + 1))
	case $taproot_line in
	# A ref that was only verified looks as if it had been deleted.
	*" 00000000000000000000"*" refs/"* | *" 00000000000000000000"*" HEAD") taproot_slow=1 ;;
	# AUTO_MERGE and its like are deleted in case there are any.
	00000000000000000000*" 00000000000000000000"*) continue ;;
	esac
	taproot_all="$taproot_all $taproot_line"
done
if [ $taproot_n -eq 64 ]; then
	taproot_all="$taproot_all $(cat)" taproot_slow=1
fi
[ -n "$taproot_all" ] || exit 0
[ -n "$taproot_slow" ] || exec git rev-parse --sq-quote taproot:$taproot_what $taproot_all
# One process for each 1024 of them, 4096 at most; the rest is counted.
taproot_tell() {
	taproot_gone=
	[ $taproot_each -eq 2 ] || taproot_gone=$(taproot_existing $taproot_all)
	taproot_chunk= taproot_entry= taproot_i=0 taproot_n=0 taproot_new=
	for taproot_word in $taproot_all; do
		taproot_i=$((taproot_i + 1))
		taproot_entry="$taproot_entry $taproot_word"
		[ $taproot_i -ne 2 ] || taproot_new=$taproot_word
		[ $taproot_i -eq $taproot_each ] || continue
		case $taproot_new in *[!0]*) ;; *) case $taproot_gone in *" $taproot_word "*) taproot_entry= ;; esac ;; esac
		taproot_i=0
		[ -n "$taproot_entry" ] || continue
		taproot_n=$((taproot_n + 1))
		[ $taproot_n -gt 4096 ] || taproot_chunk="$taproot_chunk$taproot_entry"
		taproot_entry=
		if [ ${#taproot_chunk} -gt 98304 ] || { [ $((taproot_n % 1024)) -eq 0 ] && [ -n "$taproot_chunk" ]; }; then
			git rev-parse --sq-quote taproot:$taproot_what $taproot_chunk
			taproot_chunk=
		fi
	done
	[ $taproot_n -le 4096 ] || taproot_chunk="$taproot_chunk +$((taproot_n - 4096))"
	[ -z "$taproot_chunk" ] || exec git rev-parse --sq-quote taproot:$taproot_what $taproot_chunk
}
# Which of the refs whose new value is zeros are still there.
taproot_existing() {
	taproot_zero= taproot_i=0
	for taproot_word; do
		taproot_i=$((taproot_i + 1))
		case $taproot_i in
		2) taproot_new=$taproot_word ;;
		3)
			taproot_i=0
			case $taproot_new in *[!0]*) ;; *) taproot_zero="$taproot_zero $taproot_word" ;; esac
			;;
		esac
	done
	[ -n "$taproot_zero" ] || return 0
	echo " "$(GIT_TRACE2_EVENT=0 git for-each-ref --format='%(refname)' $taproot_zero)" "
	case "$taproot_zero " in
	*" HEAD "*) ! GIT_TRACE2_EVENT=0 git rev-parse -q --verify HEAD || echo " HEAD " ;;
	esac
}
taproot_tell
exit 0
