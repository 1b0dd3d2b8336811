using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Drydock.Clients.Safety;
using Drydock.Clients.Snapshots;

namespace Drydock.Reconcilers.Oms;

/// <summary>Reads what an image archive (<c>docker save</c>, plain or gzip) says of itself.</summary>
internal static class ImageArchiveManifest
{
    // Far beyond any image; a gzip archive can promise more than any disk holds.
    private const long MaxBytes = 1L << 38;
    private const int MaxManifestBytes = 4 * 1024 * 1024;

    /// <summary>Reads an archive to its end: images and checksum.</summary>
    /// <param name="archive">The archive from its start.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidDataException">It is not an image archive.</exception>
    /// <exception cref="JsonException">Its manifest is not what <c>docker save</c> writes.</exception>
    internal static async Task<ImageArchiveContents> ReadAsync(
        Stream archive, string path, long length, CancellationToken cancellationToken)
    {
        await using var raw = new HashingStream(archive);
        var ids = await FindAsync(raw, path, cancellationToken);

        // The tar ends before the file does; the rest counts for the checksum.
        await raw.CopyToAsync(Stream.Null, cancellationToken);
        return new ImageArchiveContents(raw.FinishHash(), length, ids);
    }

    /// <summary>Reads an archive as far as its manifest and returns the ids of its images.</summary>
    /// <param name="raw">The archive from its start.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="InvalidDataException">It is not an image archive.</exception>
    /// <exception cref="JsonException">Its manifest is not what <c>docker save</c> writes.</exception>
    internal static async Task<IReadOnlyList<string>> FindAsync(
        Stream raw, string path, CancellationToken cancellationToken)
    {
        var magic = new byte[2];
        var read = await raw.ReadAtLeastAsync(magic, 2, throwOnEndOfStream: false, cancellationToken);
        await using var whole = new PrefixedStream(magic.AsMemory(0, read), raw);
        await using Stream tar = magic is [0x1f, 0x8b]
            ? new GZipStream(whole, CompressionMode.Decompress, leaveOpen: true)
            : whole;
        await using var reader = new TarReader(new BoundedTarStream(tar, path, MaxBytes));
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (entry.Name.TrimStart('.', '/') == "manifest.json" && entry.DataStream is not null)
            {
                return entry.Length > MaxManifestBytes
                    ? throw new InvalidDataException(
                        $"{path}: its manifest.json has {entry.Length} bytes; at most {MaxManifestBytes} are read")
                    : await ParseAsync(entry.DataStream, cancellationToken);
            }
        }

        throw new InvalidDataException($"{path} has no manifest.json, so it was not written by `docker save`");
    }

    private static async Task<IReadOnlyList<string>> ParseAsync(Stream manifest, CancellationToken cancellationToken)
    {
        var images =
            await JsonSerializer.DeserializeAsync(manifest, OmsFilesJson.Default.ArchivedImages, cancellationToken);

        // Config is "<hex>.json" or "blobs/sha256/<hex>"; the hex is the image's ID.
        return [.. (images ?? [])
            .OfType<ArchivedImage>()
            .Select(image => "sha256:" + Path.GetFileNameWithoutExtension(image.Config.Split('/')[^1]))];
    }
}
