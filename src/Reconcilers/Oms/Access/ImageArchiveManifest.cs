using System.IO.Compression;

namespace Drydock.Reconcilers.Oms;

/// <summary>Reads what an image archive (<c>docker save</c>, plain or gzip) says of itself.</summary>
internal static class ImageArchiveManifest
{
    // Far beyond any image; a gzip archive can promise more than any disk holds.
    private const long MaxBytes = 1L << 38;
    private const int MaxManifestBytes = 4 * 1024 * 1024;

    // Configurations come before the manifest that names them. Of an image they have some kilobytes.
    private const int MaxConfigBytes = 1024 * 1024;
    private const int MaxKeptBytes = 16 * 1024 * 1024;

    // dockerd unpacks these too; what is in them cannot be read here.
    private static readonly (byte[] Start, string Program)[] Unreadable =
    [
        ([0xfd, (byte)'7', (byte)'z', (byte)'X'], "xz"),
        ([0x28, 0xb5, 0x2f, 0xfd], "zstd"),
        ("BZh"u8.ToArray(), "bzip2"),
    ];

    /// <summary>Reads an archive as far as its manifest and returns its images.</summary>
    /// <exception cref="InvalidDataException">It is not an image archive.</exception>
    /// <exception cref="JsonException">Its manifest is not what <c>docker save</c> writes.</exception>
    internal static async Task<IReadOnlyList<SavedImage>> FindAsync(
        Stream raw, string path, CancellationToken cancellationToken)
    {
        var magic = new byte[4];
        var read = await raw.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken);
        if (Array.Find(Unreadable, u => magic.AsSpan().StartsWith(u.Start)).Program is { } program)
        {
            throw new InvalidDataException(
                $"It is compressed by {program}, and only gzip is read. Compress it with gzip: "
                + $"`{program} -dc FILE | gzip > FILE.gz`.");
        }

        await using var whole = new PrefixedStream(magic.AsMemory(0, read), raw);
        await using Stream tar = magic is [0x1f, 0x8b, ..]
            ? new GZipStream(whole, CompressionMode.Decompress, leaveOpen: true)
            : whole;
        await using var reader = new TarReader(new BoundedTarStream(tar, path, MaxBytes));
        var (configs, kept) = (new Dictionary<string, byte[]>(StringComparer.Ordinal), 0L);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { DataStream: var data } entry)
        {
            var name = entry.Name.TrimStart('.', '/');
            if (name == "manifest.json" && data is not null)
            {
                return entry.Length > MaxManifestBytes
                    ? throw new InvalidDataException(
                        $"{path}: its manifest.json has {entry.Length} bytes; at most {MaxManifestBytes} are read")
                    : await ParseAsync(data, configs, cancellationToken);
            }

            if (data is not null && entry.Length <= MaxConfigBytes && kept + entry.Length <= MaxKeptBytes
                && (name.EndsWith(".json", StringComparison.Ordinal)
                    || name.StartsWith("blobs/", StringComparison.Ordinal)))
            {
                kept += entry.Length;
                configs[name] = await ReadAsync(data, cancellationToken);
            }
        }

        throw new InvalidDataException($"{path} has no manifest.json, so it was not written by `docker save`");
    }

    private static async Task<byte[]> ReadAsync(Stream data, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await data.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }

    private static async Task<IReadOnlyList<SavedImage>> ParseAsync(
        Stream manifest, Dictionary<string, byte[]> configs, CancellationToken cancellationToken)
    {
        // Config is "<hex>.json" or "blobs/sha256/<hex>"; the hex is the image's ID.
        return [
            .. (await JsonSerializer.DeserializeAsync(
                    manifest, OmsFilesJson.Default.ArchivedImages, cancellationToken) ?? [])
                .OfType<ArchivedImage>()
                .Select(image => new SavedImage(
                    "sha256:" + Path.GetFileNameWithoutExtension(image.Config.Split('/')[^1]),
                    image.RepoTags,
                    configs.TryGetValue(image.Config, out var config) ? ContentsOf(config) : null)),
        ];
    }

    private static string? ContentsOf(byte[] config)
    {
        try
        {
            return ImageContents.Of(
                JsonSerializer.Deserialize(config, OmsFilesJson.Default.ArchivedConfig)?.RootFs?.DiffIds ?? []);
        }
        catch (JsonException)
        {
            // Another form of configuration: the ids have to do.
            return null;
        }
    }
}
