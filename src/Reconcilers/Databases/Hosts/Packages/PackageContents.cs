namespace Drydock.Reconcilers.Databases;

/// <summary>The parts of a package that one host needs.</summary>
internal sealed class PackageContents
{
    public PackageContents(string host, PackageRequest request)
    {
        Package = request.Package;
        PostInstall = request.PostInstall
            ?? (request.Package is { Archives.Count: > 0, PostInstall: { Length: > 0 } program }
                ? new PostInstall(program, Mark: null, IsOptional: false)
                : null);
        Programs = [.. request.Programs.Distinct(StringComparer.Ordinal)];
        Archives =
        [
            .. Package.Archives.Where(a => a.Components.Count == 0 || a.Components.Exists(request.Components.Contains)),
        ];
        Extensions = request.Components.Contains(DatabaseComponent.Tserver)
            ? [.. Package.Extensions.SelectMany(e => e.Files)]
            : [];
        if (Extensions.Select(e => e.To).Concat(Package.Files.Select(f => f.Path)).FirstOrDefault(
            path => path.Split('/').Contains("..")) is { } outside)
        {
            throw HostException.OfSpec(
                host, "spec.package", $"spec.package: {outside} leads out of {Directory}; give a path below it");
        }
    }

    public PackageSpec Package { get; }

    public string Directory => Package.Directory.TrimEnd('/');

    public IReadOnlyList<string> Programs { get; }

    public IReadOnlyList<PackageArchive> Archives { get; }

    public IReadOnlyList<ExtensionFile> Extensions { get; }

    public IEnumerable<PackageArchive> HostArchives => Archives.Where(a => a.HostPath is not null);

    public IEnumerable<PackageArchive> SentArchives => Archives.Where(a => a.HostPath is null);

    public bool IsUnpacked => Archives.Count > 0;

    public bool MustHaveAllFiles => Archives.Count == Package.Archives.Count;

    /// <summary>The package's own program that must have run; null if there is none.</summary>
    public PostInstall? PostInstall { get; }

    /// <summary>What the file .drydock-package of an unpacked package says: it is written as the last one, before the
    /// directory gets its name. Another text in it means another package.</summary>
    public string Marker => string.Join('\n', ["drydock-package 1", .. Lines(Archives), "end"]);

    public string Path(PackageArchive archive) => archive.HostPath ?? $"{Directory}.drydock-archive-{archive.Name}";

    /// <summary>Whether a marker says that every archive of this host is in the directory. There may be more, for other
    /// components.</summary>
    public bool IsMarked(string marker)
    {
        var said = marker.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return said is ["drydock-package 1", .., "end"] && Lines(Archives).All(said.Contains);
    }

    private static IEnumerable<string> Lines(IEnumerable<PackageArchive> archives) =>
        archives.Select(
            a => $"archive {a.Name} {a.Sha256} {a.StripComponents}").Order(
                StringComparer.Ordinal);
}

/// <summary>The package as one host needs it.</summary>
internal sealed record PackageRequest
{
    public required PackageSpec Package { get; init; }

    public required IReadOnlyList<DatabaseComponent> Components { get; init; }

    /// <summary>Programs that must exist below bin: tikv-server, tikv-ctl.</summary>
    public required IReadOnlyList<string> Programs { get; init; }

    /// <summary>The package's own program that must have run, also in a directory that an administrator unpacked; null
    /// for the one of the spec, and that only after the operator has unpacked the package.</summary>
    public PostInstall? PostInstall { get; init; }
}

/// <summary>The package's own program that runs once after unpacking.</summary>
/// <param name="Program">Its path below the package.</param>
/// <param name="Mark">The file below the package by which the program itself says that it has run; null if it leaves
/// none.</param>
/// <param name="IsOptional">Whether a package without this program is complete too.</param>
internal sealed record PostInstall(string Program, string? Mark, bool IsOptional);

/// <summary>The state of a package on a host.</summary>
internal sealed record PackageState
{
    public required bool IsComplete { get; init; }

    public required string Problem { get; init; }

    /// <summary>True when another attempt cannot mend it: a wrong checksum, a missing file of a package that is on the
    /// hosts already.</summary>
    public bool IsWrong { get; init; }

    /// <summary>SHA-256 of those requested programs that exist.</summary>
    public IReadOnlyDictionary<string, string> Programs { get; init; } = new Dictionary<string, string>(
        StringComparer.Ordinal);
}

/// <summary>Hosts as PreparePackage takes them: one by one, or in groups where there are so many that the plan would
/// not hold a step for each.</summary>
internal static class HostGroups
{
    /// <summary>Most steps for the package: 300 instances have 900 steps of their own, and a plan holds 1000.</summary>
    public const int Most = 60;

    public static IReadOnlyList<(string Name, IReadOnlyList<string> Hosts)> Of(IReadOnlyList<string> hosts)
    {
        return hosts.Count <= Most
            ? [.. hosts.Select(h => (h, (IReadOnlyList<string>)[h]))]
            : [
                .. hosts.Chunk((hosts.Count + Most - 1) / Most).Select(
                    (group, i) => (
                        $"hosts-{i + 1}", (IReadOnlyList<string>)group)),
            ];
    }
}
