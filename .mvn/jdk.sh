# Sourced by ./lockstep and ./mvnw: finds a JDK that is new enough and leaves its directory in $jdk.

required_java=25

# Whether $1 is the directory of a JDK of the required version, told from its `release` file (starting it would cost time).
is_jdk() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    while IFS='=' read -r key value; do
        if [ "$key" = JAVA_VERSION ]; then
            value=${value#\"}
            value=${value%%[!0-9]*}
            [ "${value:-0}" -ge "$required_java" ]
            return
        fi
    done <"$1/release"
    return 1
}

find_jdk() {
    if [ -n "${JAVA_HOME:-}" ] && is_jdk "$JAVA_HOME"; then
        jdk=$JAVA_HOME
        return
    fi
    on_path=$(command -v java) && on_path=$(readlink -f "$on_path" 2>/dev/null) && on_path=${on_path%/bin/java}
    for jdk in ${on_path:+"$on_path"} \
        /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/* /opt/java/* \
        "${SDKMAN_DIR:-${HOME:-}/.sdkman}"/candidates/java/* "${HOME:-}"/.jdks/* "${HOME:-}"/.asdf/installs/java/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
        if is_jdk "$jdk"; then
            return
        fi
    done
    cat >&2 <<MESSAGE
lockstep: no JDK $required_java or newer found (looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt, ~/.sdkman). Get one with
  Debian, Ubuntu   the package temurin-25-jdk, after adding the repository as https://adoptium.net/installation/linux says
  SDKMAN           sdk install java 25-tem
  anything else    https://adoptium.net/temurin/releases/?version=25
and run this again; JAVA_HOME=/path/to/jdk tells where it is if it is somewhere unusual.
MESSAGE
    exit 2
}
