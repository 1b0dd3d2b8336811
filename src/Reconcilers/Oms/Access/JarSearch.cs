namespace Drydock.Reconcilers.Oms;

/// <summary>Looks for the correction JAR in a running container: its first start may have put the JAR there. Changes
/// nothing.</summary>
internal static class JarSearch
{
    /// <summary>Arguments: a path and the directory it is relative to; or an empty path, and the directories to look
    /// in. The first directory that has any decides; without one the whole image is searched, but no mounts.</summary>
    internal const string Script =
        """
        jar=$1; shift
        if [ -n "$jar" ]; then
          cd "$1" 2>/dev/null && [ -f "$jar" ] && [ -r "$jar" ] && echo "$jar"
          exit 0
        fi
        found=
        for d in "$@"; do
          for f in "${d%/}"/correction-*.jar; do
            [ -f "$f" ] && echo "$f" && found=1
          done
          [ -z "$found" ] || exit 0
        done
        find / -xdev -type f -name 'correction-*.jar' 2>/dev/null
        exit 0
        """;

    private const string Bare = ".jar";
    private const string WithLibraries = "-jar-with-dependencies.jar";

    /// <summary>The readable JARs; more than one if the place does not decide.</summary>
    /// <exception cref="DockerConflictException">The container is not running.</exception>
    public static async Task<IReadOnlyList<string>> FindAsync(
        DockerClient docker, InspectedContainer container, JarLocation location, CancellationToken cancellationToken)
    {
        IEnumerable<string> where = location.Jar is null
            ? location.Places(container.Config.WorkingDir)
            : [location.WorkingDir ?? "/"];
        var answer = await docker.RunExecAsync(
            container.ID, ["/bin/sh", "-c", Script, "drydock-jar", location.Jar ?? "", .. where], cancellationToken);
        var found = answer.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        // A build leaves an archive without its libraries beside the one with them.
        return Array.FindAll(
            found,
            f => !f.EndsWith(Bare, StringComparison.Ordinal)
                || !found.Contains(f[..^Bare.Length] + WithLibraries, StringComparer.Ordinal));
    }
}
