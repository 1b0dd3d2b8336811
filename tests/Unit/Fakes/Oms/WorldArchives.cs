using System.Formats.Tar;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>Image archives and the files of snapshots.</summary>
internal sealed class WorldArchives : IArchiveReader
{
    private readonly List<(byte[] Content, WorldImage Image)> _images = [];

    /// <summary>Archives by directory and path.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Names of snapshot files that are gone.</summary>
    public List<string> MissingSnapshotFiles { get; } = [];

    /// <summary>Why the storage of snapshots does not answer; null: it does.</summary>
    public string? Outage { get; set; }

    public string Add(string directory, string path, WorldImage image)
    {
        var content = Encoding.UTF8.GetBytes($"archive of {image.Id}");
        _images.Add((content, image));
        Files[$"{directory}/{path}"] = content;
        return Sha256(content);
    }

    /// <summary>An archive as docker save writes it, with the names of other images in it.</summary>
    public byte[] Save(WorldImage image, params string[] others)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            var config =
                $$$"""{"architecture":"{{{image.Architecture}}}","rootfs":{"type":"layers","diff_ids":["{{{string.Join("\",\"", image.Layers)}}}"]}}""";
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"{image.Id["sha256:".Length..]}.json")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(config)),
                ModificationTime = DateTimeOffset.UnixEpoch
            });
            var before = string.Concat(others.Select(
                name => $$"""{"Config":"{{new string('0', 64)}}.json","RepoTags":["{{name}}"],"Layers":[]},"""));
            var manifest =
                $$"""[{{before}}{"Config":"{{image.Id["sha256:".Length..]}}.json","RepoTags":["{{image.Reference}}"],"Layers":[]}]""";
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "manifest.json")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(manifest)),
                ModificationTime = DateTimeOffset.UnixEpoch
            });
        }

        var content = tar.ToArray();
        _images.Add((content, image));
        return content;
    }

    public WorldImage? ImageIn(byte[] archive) => _images.Find(i => i.Content.AsSpan().SequenceEqual(archive)).Image;

    public Task<Stream> OpenAsync(
        StorageSpec storage, string? @namespace, string path, string sha256, CancellationToken cancellationToken)
    {
        var content = Content(storage, path);
        return sha256.Length == 0 || sha256 == Sha256(content)
            ? Task.FromResult<Stream>(new MemoryStream(content, writable: false))
            : Task.FromException<Stream>(new SnapshotException(
                SnapshotFailure.ChecksumMismatch, $"'{path}' has SHA-256 {Sha256(content)}, expected {sha256}."));
    }

    public Task<ArchiveContents> InspectAsync(
        StorageSpec storage, string? @namespace, string path, ArchiveKind kind, CancellationToken cancellationToken)
    {
        var content = Content(storage, path);
        if (kind == ArchiveKind.Jar)
        {
            return ArchiveContents.ReadAsync(new MemoryStream(content), path, content.Length, kind, cancellationToken);
        }

        return ImageIn(content) is { } image
            ? Task.FromResult(new ArchiveContents(Sha256(content), content.Length, [
                new SavedImage(image.Id, [], ImageContents.Of(image.Layers)) { Architecture = image.Architecture }]))
            : throw new InvalidDataException($"{path} has no manifest.json: it is not what 'docker save' writes");
    }

    public Task<IReadOnlyList<string>> SnapshotFilesAsync(
        BackupSnapshot snapshot, CancellationToken cancellationToken) =>
        Outage is { } problem
            ? Task.FromException<IReadOnlyList<string>>(new SnapshotException(SnapshotFailure.InvalidRequest, problem))
            : Task.FromResult<IReadOnlyList<string>>([.. MissingSnapshotFiles]);

    private byte[] Content(StorageSpec storage, string path) =>
        Files.GetValueOrDefault($"{storage.Directory?.Path}/{path}")
            ?? throw new FileNotFoundException($"there is no '{path}' in {storage.Describe()}");

    private static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
