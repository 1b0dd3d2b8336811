namespace Drydock.Reconcilers.Oms;

/// <summary>Where the correction JAR is inside the new container (docs/project/research/oms.md#correction-jar).
/// Pure.</summary>
/// <param name="Jar">Its path, absolute or relative to <paramref name="WorkingDir"/>; null: it is looked for.</param>
/// <param name="WorkingDir">Where it runs; null: in its own directory.</param>
internal sealed record JarLocation(string? Jar, string? WorkingDir)
{
    private const string UsualName = "correction-1.0-SNAPSHOT-jar-with-dependencies.jar";
    private const string Home = "/root";

    public static IReadOnlyList<string> Directories { get; } = [Home, "/", "/home/ds/upgrade"];
    public string? Path => Jar is null ? null : Jar.StartsWith('/') ? Jar : Join(WorkingDir!, Jar);

    public static JarLocation Of(CorrectionSpec correction)
    {
        var jar = correction.JarPath
            ?? (correction.Archive is { } archive ? Join(Home, NameOf(archive.HostPath ?? archive.Path ?? "")) : null);
        return new JarLocation(jar, correction.WorkingDir ?? (jar is not null && !jar.StartsWith('/') ? Home : null));
    }

    public IEnumerable<string> UsualPaths(string? imageDirectory) =>
        Places(imageDirectory).Select(directory => Join(directory, UsualName));

    public IReadOnlyList<string> Places(string? imageDirectory) =>
    [
        .. new[] { WorkingDir, imageDirectory }
            .OfType<string>()
            .Where(directory => directory.StartsWith('/'))
            .Concat(Directories)
            .Distinct(StringComparer.Ordinal),
    ];

    public static bool RunsOnEveryNode(CorrectionScope scope, int regions) =>
        scope == CorrectionScope.EveryNode || (scope == CorrectionScope.Auto && regions == 1);

    public static string DirectoryOf(string path) => path.LastIndexOf('/') is > 0 and var end ? path[..end] : "/";

    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Join(string directory, string name) => $"{directory.TrimEnd('/')}/{name}";
}
