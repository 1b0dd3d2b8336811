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
            a => string.Create(CultureInfo.InvariantCulture, $"archive {a.Name} {a.Sha256} {a.StripComponents}")).Order(
                StringComparer.Ordinal);
}
