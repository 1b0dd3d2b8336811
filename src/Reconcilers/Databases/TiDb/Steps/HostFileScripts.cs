namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Copies files on a host itself: programs, start scripts and JARs are too large to pass through the
/// operator.</summary>
internal static class HostFileScripts
{
    // A script ends with it where a new file is missing or differs.
    private const int Missing = 3;

    // The next free name: $1, $1.2, $1.3. Files that an earlier upgrade kept are never replaced.
    private const string Free = """
        free() { kept=$1; n=1; while [ -e "$kept" ]; do n=$((n + 1)); kept=$1.$n; done; }
        """;

    // $1 from, $2 to, $3 sha256, $4 the name under which the present file is kept. By rename, so that no partial file
    // is ever visible.
    private const string Replace = $$"""
        set -e
        {{Free}}
        sum() { sha256sum < "$1" | cut -c1-64; }
        isKept() {
          for kept in "$2" "$2".[0-9]*; do
            [ ! -f "$kept" ] || [ "$(sum "$kept")" != "$(sum "$1")" ] || return 0
          done
          return 1
        }
        if [ -f "$2" ] && [ "$(sum "$2")" = "$3" ]; then exit 0; fi
        [ -f "$1" ] || { echo "$1 does not exist" >&2; exit 3; }
        [ "$(sum "$1")" = "$3" ] || { echo "$1 has SHA-256 $(sum "$1"), expected $3" >&2; exit 3; }
        if [ -n "$4" ] && [ -e "$2" ] && ! isKept "$2" "$4"; then
          cp -p -- "$2" "$4.drydock-part"
          free "$4"
          mv -- "$4.drydock-part" "$kept"
        fi
        cp -p -- "$1" "$2.drydock-part"
        sync -- "$2.drydock-part" 2>/dev/null || sync
        mv -f -- "$2.drydock-part" "$2"
        """;

    // $1 directory, $2 the name that stays: every other tispark JAR is renamed, so that Spark does not load it.
    private const string SetAside = $$"""
        set -e
        {{Free}}
        cd -- "$1"
        for jar in tispark*.jar; do
          [ -e "$jar" ] && [ "$jar" != "$2" ] || continue
          free "$jar.old"
          mv -- "$jar" "$kept"
        done
        """;

    private const string ListJars = """cd -- "$1" && ls -1 | grep '^tispark.*\.jar$' || [ -d "$1" ]""";

    /// <summary>Replaces a file of the host by another, unless that is done.</summary>
    /// <exception cref="HostException">The new file is missing or differs, or it cannot be written.</exception>
    public static Task ReplaceAsync(
        IHostFiles host, string from, string to, string sha256, string? keepAs, CancellationToken cancellationToken) =>
        RunAsync(
            host, RemoteCommand.Script(Replace, from, to, sha256, keepAs ?? ""),
            $"{to} could not be replaced by {from}", cancellationToken);

    /// <summary>Renames every TiSpark JAR of a directory but one: NAME.jar becomes NAME.jar.old, or NAME.jar.old.2 if
    /// that exists.</summary>
    /// <exception cref="HostException">A file cannot be renamed.</exception>
    public static Task SetAsideOtherJarsAsync(
        IHostFiles host, string directory, string stays, CancellationToken cancellationToken) => RunAsync(
            host, RemoteCommand.Script(SetAside, directory, stays),
            $"the former TiSpark JAR in {directory} could not be renamed", cancellationToken);

    public static async Task<IReadOnlyList<string>> JarsAsync(
        IHostFiles host, string directory, CancellationToken cancellationToken)
    {
        const StringSplitOptions Lines = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        var output = await RunAsync(
            host, RemoteCommand.Script(ListJars, directory), $"{directory} cannot be listed", cancellationToken);
        return output.Split('\n', Lines);
    }

    private static async Task<string> RunAsync(
        IHostFiles host, RemoteCommand command, string failure, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(command, cancellationToken);
        return result.IsSuccess
            ? result.Output
            : throw new HostException(
                host.Host, result.ExitCode == Missing ? Reasons.PackageMissing : Reasons.StepFailed,
                $"{host.Host}: {failure}: {ForeignText.Words(result.Errors)}");
    }
}
