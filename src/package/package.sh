# What can be installed: a directory that needs nothing but Linux and glibc, the same as .tar.gz, and a .deb. Sourced by
# the launcher, whose variables and functions it uses, when what was built is up to date.
#
# The same tree and the same JDK give the same bytes, the start-up cache apart (see RATIONALE.md): times are
# SOURCE_DATE_EPOCH, or else those of the commit.

usage_of_package='usage: ./taproot package [--no-deb]'

here=$root/src/package
with_deb=yes

package() {
	while [ $# -gt 0 ]; do
		case $1 in
		--no-deb) with_deb=no ;;
		*)
			say "package: expected --no-deb or nothing, got $1. $usage_of_package"
			exit 2
			;;
		esac
		shift
	done
	need mvn "list what is inside" maven
	need tar "make the archive" tar
	[ $with_deb = no ] || need dpkg-deb "make the .deb (or say --no-deb)" dpkg
	[ -d "$build/native" ] || fail "knows no native libraries for $(uname -m): packages are made on x86_64 and aarch64"
	identify
	packages=$target/package
	log=$target/package.log
	: >"$log"
	rm -rf "$packages"
	stage=$packages/$name
	mkdir -p "$stage/bin" "$stage/lib" "$stage/share/doc/taproot"
	say "packaging $name …"
	copy_libraries && write_launcher && copy_documents && list_contents && make_runtime && let_it_describe_itself && settle_times && make_cache ||
		fail "the package could not be made: $(tail -n 5 "$log") (all of it is in $log)"
	make_archive && { [ $with_deb = no ] || make_deb; } || fail "see $log"
	(cd "$packages" && du -sh "$name" && du -h -- *.tar.gz $([ $with_deb = no ] || echo "*.deb") && sha256sum -- *.tar.gz) >&2
}

# A snapshot's Debian version grows with its commits, and stays below the release's.
identify() {
	case $(uname -m) in
	x86_64) debian_architecture=amd64 ;;
	aarch64) debian_architecture=arm64 ;;
	esac
	version=$(unzip_one "$build/lib/taproot.jar" taproot/cli/terminal/version)
	[ -n "$version" ] || fail "the program does not know its version"
	commit_time=$(git -C "$root" log -1 --format=%ct 2>/dev/null)
	: "${SOURCE_DATE_EPOCH:=${commit_time:-0}}"
	export SOURCE_DATE_EPOCH
	commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null)
	debian_version=$(printf '%s' "$version" |
		sed "s/-SNAPSHOT\$/~git$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S)${commit:+.$commit}/")
	name=taproot-$version-linux-$(uname -m)
}

unzip_one() {
	scratch=$(mktemp -d) && (cd "$scratch" && "$java_home/bin/jar" xf "$1" "$2" && cat "$2")
	rm -rf "$scratch"
}

# Without the libraries of other machines, and without those that lie unpacked beside: 12 MB.
copy_libraries() {
	cp -R "$build/native" "$stage/lib/native"
	chmod 644 "$stage"/lib/native/*
	packaged=
	for jar in $jars; do
		case $debian_architecture:$jar in
		amd64:*-linux?aarch*64.jar | arm64:*-linux?x86_64.jar | arm64:*-linux?amd64.jar) continue ;;
		*:sqlite-jdbc-* | *:netty-transport-native-epoll-* | *:zstd-jni-*) without_natives "$jar" ;;
		*) cp "$build/lib/$jar" "$stage/lib/" ;;
		esac
		packaged="$packaged $jar"
	done
	# Each type of sink in a directory of its own, where the daemon looks for it.
	[ ! -d "$build/sinks" ] || cp -R "$build/sinks" "$stage/sinks"
}

without_natives() {
	rm -rf "$packages/jar" && mkdir "$packages/jar" && (
		cd "$packages/jar" && "$java_home/bin/jar" xf "$build/lib/$1" &&
			find . -name '*.so' -o -name '*.dll' -o -name '*.dylib' -o -name '*.jnilib' | xargs rm -f &&
			find . -type f ! -path ./META-INF/MANIFEST.MF | LC_ALL=C sort >../files &&
			"$java_home/bin/jar" --create --file "$stage/lib/$1" --manifest META-INF/MANIFEST.MF \
				--date="$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)" @../files
	) >>"$log" 2>&1
	rm -rf "$packages/jar" "$packages/files"
}

write_launcher() {
	class_path=
	for jar in $packaged; do
		class_path=$class_path:\$lib/$jar
	done
	sed -e "s|@JVM_FLAGS@|$(printf '%s ' $jvm_flags | sed 's/[*&]/\\&/g; s/ $//')|" \
		-e "s|@BRIEF@|$brief|" -e "s|@CLASS_PATH@|${class_path#:}|" -e "s|@MAIN@|$main|" "$here/launcher" >"$stage/bin/taproot" &&
		chmod 755 "$stage/bin/taproot"
}

copy_documents() {
	mkdir -p "$stage/etc" "$stage/share/systemd" &&
		cp "$root/config/taproot.toml" "$stage/etc/" &&
		cp -R "$root/systemd/user" "$root/systemd/system" "$stage/share/systemd/" &&
		cp "$root/README.md" "$root/CHANGELOG.md" "$root/LICENSE" "$root/systemd/INSTALL.md" "$stage/share/doc/taproot/"
}

# The SBOM, and the licences of everything in it, the runtime and the sinks included.
list_contents() {
	set -- "$target/sbom.json=$stage/lib"
	for sink in "$stage"/sinks/*/; do
		[ ! -d "$sink" ] || set -- "$@" "$root/daemon/sinks/$(basename "$sink")/target/sbom.json=$sink"
	done
	maven -q -pl "normalizer,daemon,src$(sink_modules)" jar:jar jar:test-jar org.cyclonedx:cyclonedx-maven-plugin:makeBom \
		>>"$log" 2>&1 &&
		"$java_home/bin/java" -cp "$build/lib/*" "$here/Inventory.java" "$java_home/release" \
			"$stage/share/doc/taproot" "$@" >>"$log" 2>&1
}

# The modules that the jars use. Their legal notices come along; links among these would be followed by some copiers.
make_runtime() {
	modules=$(
		set -- "$stage"/lib/*.jar
		class_path="$stage/lib/*"
		for sink in "$stage"/sinks/*/; do
			[ ! -d "$sink" ] || { set -- "$@" "$sink"*.jar && class_path="$class_path:$sink*"; }
		done
		"$java_home/bin/jdeps" --ignore-missing-deps --print-module-deps --multi-release 25 \
			-cp "$class_path" "$@" 2>>"$log" | tail -n 1
	) &&
		"$java_home/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages \
			--output "$stage/runtime" >>"$log" 2>&1
}

# The manual and what shells complete by, as the program itself writes them.
let_it_describe_itself() {
	share=$stage/share
	mkdir -p "$share/bash-completion/completions" "$share/zsh/vendor-completions" "$share/fish/vendor_completions.d" &&
		"$stage/bin/taproot" man "$share/man" >>"$log" 2>&1 &&
		"$stage/bin/taproot" completion bash >"$share/bash-completion/completions/taproot" 2>>"$log" &&
		"$stage/bin/taproot" completion zsh >"$share/zsh/vendor-completions/_taproot" 2>>"$log" &&
		"$stage/bin/taproot" completion fish >"$share/fish/vendor_completions.d/taproot.fish" 2>>"$log"
}

# The JVM compares the jars' times with those that its cache was made from, so the archives have to keep them.
settle_times() {
	find "$stage" -type d -exec chmod 755 {} + && find "$stage" -type f ! -perm -100 -exec chmod 644 {} + &&
		touch_all "$stage"
}

touch_all() {
	find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# By the runtime that will use it, and for it: a cache of the JDK's own would be refused.
make_cache() {
	work=$packages/training
	mkdir "$work"
	set -f
	printf '%s\n' "$training_runs" | while IFS= read -r run; do
		run=$(printf '%s' "$run" | sed "s|{}|$work|g")
		timeout 60 sh -c "$(sed "s|-XX:AOTCache=[^ ]*|-XX:AOTMode=record -XX:AOTConfiguration=\"$work/recording\"|" \
			"$stage/bin/taproot")" "$stage/bin/taproot" $run </dev/null && break
	done >>"$log" 2>&1
	sh -c "$(sed "s|-XX:AOTCache=[^ ]*|-XX:AOTMode=create -XX:AOTConfiguration=\"$work/recording\" -XX:AOTCache=\"\$lib/taproot.aot\"|" \
		"$stage/bin/taproot")" "$stage/bin/taproot" --version >>"$log" 2>&1
	set +f
	rm -rf "$work"
	[ -s "$stage/lib/taproot.aot" ] && chmod 644 "$stage/lib/taproot.aot" && touch_all "$stage"
}

# tar and gzip with nothing in them that depends on who, when and in which order.
archive() {
	tar --create --directory "$1" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
		--format=gnu "$2" | gzip -n -9
}

make_archive() {
	archive "$packages" "$name" >"$packages/$name.tar.gz"
}

make_deb() {
	tree=$packages/deb
	mkdir -p "$tree/DEBIAN" "$tree/etc/taproot" "$tree/usr/bin" "$tree/usr/lib/taproot" "$tree/usr/lib/systemd" \
		"$tree/usr/share" &&
		cp -Rp "$stage/bin" "$stage/lib" "$stage/runtime" "$tree/usr/lib/taproot/" &&
		{ [ ! -d "$stage/sinks" ] || cp -Rp "$stage/sinks" "$tree/usr/lib/taproot/"; } &&
		cp -Rp "$stage/share/systemd/." "$tree/usr/lib/systemd/" &&
		cp -Rp "$stage/share/." "$tree/usr/share/" && rm -rf "$tree/usr/share/systemd" &&
		cp -p "$stage/etc/taproot.toml" "$tree/etc/taproot/" &&
		ln -s ../lib/taproot/bin/taproot "$tree/usr/bin/taproot" &&
		cp "$here/debian/copyright" "$tree/usr/share/doc/taproot/" &&
		gzip -n -9 "$tree/usr/share/doc/taproot/CHANGELOG.md" "$tree"/usr/share/man/man1/* &&
		cp "$here/debian/postinst" "$here/debian/prerm" "$here/debian/postrm" "$tree/DEBIAN/" &&
		echo /etc/taproot/taproot.toml >"$tree/DEBIAN/conffiles" &&
		chmod 755 "$tree"/DEBIAN/p* &&
		sed -e "s/@VERSION@/$debian_version/" -e "s/@ARCHITECTURE@/$debian_architecture/" \
			-e "s/@SIZE@/$(du -sk --apparent-size "$tree/usr" | cut -f 1)/" "$here/debian/control" >"$tree/DEBIAN/control" &&
		(cd "$tree" && find etc usr -type f | LC_ALL=C sort | xargs md5sum) >"$packages/md5sums" &&
		mv "$packages/md5sums" "$tree/DEBIAN/md5sums" &&
		find "$tree" -type d -exec chmod 755 {} + && touch_all "$tree" &&
		dpkg-deb --root-owner-group -Zxz --build "$tree" "$packages/taproot_${debian_version}_$debian_architecture.deb" \
			>>"$log" 2>&1
	made=$?
	rm -rf "$tree"
	return $made
}

package "$@"
