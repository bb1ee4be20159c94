#!/usr/bin/env bash
# Put the database servers and the Java that the tests start on this machine, through Debian's packages, when missing.
# The tests start the servers themselves (tests/plugins/services.py); here nothing is started and nothing configured.
# Without apt-get or the right to use it, the tests that need them are skipped with the reason; with
# ONEFOLD_TEST_REQUIRE_SERVICES=1 that is an error instead.
set -u

missing=()

has() { PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$1" >/dev/null 2>&1; }

java_is_new_enough() { # Spark 4 runs on Java 17 and newer
    has java || return 1
    local major
    major=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
    [ "${major:-0}" -ge 17 ]
}

if [ -z "${ONEFOLD_TEST_POSTGRES_URL:-}" ]; then
    has postgres || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || missing+=(postgresql)
fi
if [ -z "${ONEFOLD_TEST_MYSQL_URL:-}" ]; then
    has mariadbd || missing+=(mariadb-server-core)
    has my_print_defaults || missing+=(mariadb-client-core) # mariadb-install-db asks for it
fi
java_is_new_enough || missing+=(default-jre-headless)

[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
reason=""
if ! has apt-get; then
    reason="there is no apt-get here"
elif [ "$(id -u)" -ne 0 ]; then
    # -n: never wait for a password that nobody is there to type.
    if has sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then as_root=(sudo); else reason="you are neither root nor allowed to use sudo"; fi
fi

if [ -z "$reason" ]; then
    echo "Installing for the tests: ${missing[*]}"
    log=$(mktemp)
    if "${as_root[@]}" apt-get update -qq >"$log" 2>&1 &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >>"$log" 2>&1 </dev/null; then
        rm -f "$log"
        exit 0
    fi
    tail -n 15 "$log" >&2
    rm -f "$log"
    reason="apt-get failed (above)"
fi

cat >&2 <<MESSAGE
Not installed: ${missing[*]} ($reason).
Next step: install them with your system's package manager, or name running servers in ONEFOLD_TEST_POSTGRES_URL
and ONEFOLD_TEST_MYSQL_URL. Until then the tests that need them are skipped and say so.
MESSAGE
[ "${ONEFOLD_TEST_REQUIRE_SERVICES:-}" = 1 ] && exit 1
exit 0
