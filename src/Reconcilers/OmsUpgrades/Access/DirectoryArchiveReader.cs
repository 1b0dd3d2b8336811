using System.Collections.Concurrent;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Drydock.Clients.Snapshots;
using Drydock.Crds.BackupSnapshots;
using Drydock.Reconcilers.OmsUpgrades.Steps;

namespace Drydock.Reconcilers.OmsUpgrades.Access;

/// <summary>Reads archives and snapshot files below directories mounted into the operator. What was hashed once is not hashed again while the file is the same.</summary>
public sealed class DirectoryArchiveReader : IArchiveReader
{
    private readonly ConcurrentDictionary<string, (DateTime Written, long Length, ImageArchiveContents Contents)> _known = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public Task<Stream> OpenAsync(string directory, string path, CancellationToken cancellationToken) =>
        Task.FromResult<Stream>(new FileStream(Locate(directory, path), new FileStreamOptions
        {
            Mode = FileMode.Open,
            Access = FileAccess.Read,
            Share = FileShare.Read,
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            BufferSize = 1 << 16,
        }));

    /// <inheritdoc />
    public async Task<ImageArchiveContents> InspectAsync(string directory, string path, CancellationToken cancellationToken)
    {
        var file = new FileInfo(Locate(directory, path));
        if (_known.TryGetValue(file.FullName, out var known) && known.Written == file.LastWriteTimeUtc && known.Length == file.Length)
        {
            return known.Contents;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var raw = new HashingStream(await OpenAsync(directory, path, cancellationToken), hash);
        var (ids, tags) = await ReadManifestAsync(raw, path, cancellationToken);

        // The tar ends before the file does; the rest counts for the checksum.
        await raw.CopyToAsync(Stream.Null, cancellationToken);
        var contents = new ImageArchiveContents(Convert.ToHexStringLower(hash.GetHashAndReset()), file.Length, ids, tags);
        _known[file.FullName] = (file.LastWriteTimeUtc, file.Length, contents);
        return contents;
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> SnapshotFilesAsync(BackupSnapshot snapshot, CancellationToken cancellationToken)
    {
        var directory = snapshot.Spec.Storage.Directory.Path;
        var missing = new List<string>();
        foreach (var database in snapshot.Status?.Databases ?? [])
        {
            var file = new FileInfo(Locate(directory, database.File ?? database.Name));
            if (!file.Exists || (database.Bytes is { } bytes && file.Length != bytes))
            {
                missing.Add(database.File ?? database.Name);
            }
        }

        return Task.FromResult<IReadOnlyList<string>>(missing);
    }

    private static string Locate(string directory, string path)
    {
        var root = Path.GetFullPath(directory);
        var full = Path.GetFullPath(Path.Combine(root, path));
        return full.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal)
            ? full
            : throw new SnapshotException(SnapshotFailure.InvalidRequest, $"'{path}' leaves the storage directory");
    }

    private static async Task<(IReadOnlyList<string> Ids, IReadOnlyList<string> Tags)> ReadManifestAsync(Stream raw, string path, CancellationToken cancellationToken)
    {
        var magic = new byte[2];
        var read = await raw.ReadAtLeastAsync(magic, 2, throwOnEndOfStream: false, cancellationToken);
        await using var whole = new PrefixedStream(magic.AsMemory(0, read), raw);
        await using Stream tar = magic is [0x1f, 0x8b] ? new GZipStream(whole, CompressionMode.Decompress, leaveOpen: true) : whole;
        await using var reader = new TarReader(tar, leaveOpen: true);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.Name.TrimStart('.', '/') == "manifest.json" && entry.DataStream is not null)
            {
                return Parse(await JsonDocument.ParseAsync(entry.DataStream, cancellationToken: cancellationToken));
            }
        }

        throw new InvalidDataException($"{path} has no manifest.json: it is not what 'docker save' writes");
    }

    private static (IReadOnlyList<string> Ids, IReadOnlyList<string> Tags) Parse(JsonDocument manifest)
    {
        using (manifest)
        {
            var ids = new List<string>();
            var tags = new List<string>();
            foreach (var image in manifest.RootElement.EnumerateArray())
            {
                // Config is "<hex>.json" or "blobs/sha256/<hex>"; the hex is the image's ID.
                var config = image.GetProperty("Config").GetString() ?? "";
                ids.Add("sha256:" + Path.GetFileNameWithoutExtension(config.Split('/')[^1]));
                if (image.TryGetProperty("RepoTags", out var names) && names.ValueKind == JsonValueKind.Array)
                {
                    tags.AddRange(names.EnumerateArray().Select(n => n.GetString()).OfType<string>());
                }
            }

            return (ids, tags);
        }
    }
}
