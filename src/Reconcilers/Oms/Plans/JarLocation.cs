using Drydock.Crds.OmsUpgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>Where the correction JAR is inside the new container (docs/research/oms.md#correction-jar). Pure.</summary>
/// <param name="Jar">Its path, absolute or relative to <paramref name="WorkingDir"/>; null: it is looked for.</param>
/// <param name="WorkingDir">Where it runs; null: in its own directory.</param>
internal sealed record JarLocation(string? Jar, string? WorkingDir)
{
    /// <summary>The name that the vendor's command has.</summary>
    private const string UsualName = "correction-1.0-SNAPSHOT-jar-with-dependencies.jar";

    private const string Home = "/root";

    /// <summary>Directories in which it is looked for, after that in which a shell in the container starts.</summary>
    public static IReadOnlyList<string> Directories { get; } = [Home, "/", "/home/ds/upgrade"];

    /// <summary>Absolute path; null if it is looked for.</summary>
    public string? Path => Jar is null ? null : Jar.StartsWith('/') ? Jar : Join(WorkingDir!, Jar);

    /// <summary>Where the spec says that it is, or puts it.</summary>
    public static JarLocation Of(CorrectionSpec correction)
    {
        var jar = correction.JarPath
            ?? (correction.Archive is { } archive ? Join(Home, NameOf(archive.HostPath ?? archive.Path ?? "")) : null);
        return new JarLocation(
            jar, correction.WorkingDir ?? (jar is not null && !jar.StartsWith('/') ? Home : null));
    }

    /// <summary>
    /// Where a JAR that is looked for may be in an image whose containers were not started: there its whole name has to
    /// be known.
    /// </summary>
    /// <param name="imageDirectory">The working directory of the image.</param>
    public IEnumerable<string> UsualPaths(string? imageDirectory) =>
        Places(imageDirectory).Select(directory => Join(directory, UsualName));

    /// <summary>The directories in which it is looked for, in this order.</summary>
    /// <param name="imageDirectory">The working directory of the container.</param>
    public IReadOnlyList<string> Places(string? imageDirectory) =>
    [
        .. new[] { WorkingDir, imageDirectory }
            .OfType<string>()
            .Where(directory => directory.StartsWith('/'))
            .Concat(Directories)
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Whether it runs on every node, or only on the first of each region.</summary>
    public static bool RunsOnEveryNode(CorrectionScope scope, int regions) =>
        scope == CorrectionScope.EveryNode || (scope == CorrectionScope.Auto && regions == 1);

    /// <summary>The directory of an absolute path.</summary>
    public static string DirectoryOf(string path) => path.LastIndexOf('/') is > 0 and var end ? path[..end] : "/";

    /// <summary>The last part of a path.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static string Join(string directory, string name) => $"{directory.TrimEnd('/')}/{name}";
}
