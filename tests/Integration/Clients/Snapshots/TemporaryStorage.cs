using System.IO.Compression;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>A directory storage that removes itself.</summary>
internal sealed class TemporaryStorage : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("drydock-snapshots-").FullName;

    internal DirectorySnapshotStorage Storage => field ??= new DirectorySnapshotStorage(new StorageRoot(Root), "");

    public void Dispose() => Directory.Delete(Root, recursive: true);

    /// <summary>A snapshot whose id nobody else has: who takes a snapshot ends all sessions with its id on the
    /// server, which other tests use as well.</summary>
    internal SnapshotLocation One => At($"s-{Path.GetFileName(Root)[^6..]}");

    /// <summary>A snapshot with an id that no other class uses.</summary>
    internal SnapshotLocation At(string id, string path = "upgrades") => new(Storage, path, id);

    internal string[] Files() =>
        [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f))
            .Order(StringComparer.Ordinal)];

    /// <summary>The text of all dumps.</summary>
    internal string Sql() => string.Concat(Files().Where(f => f.EndsWith(".gz", StringComparison.Ordinal)).Select(f =>
    {
        using var reader = new StreamReader(
            new GZipStream(File.OpenRead(Path.Combine(Root, f)), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }));

    internal string FileOf(SnapshotLocation location, ManifestDatabase database) =>
        Path.Combine(Root, location.Prefix + database.File.Name);
}
