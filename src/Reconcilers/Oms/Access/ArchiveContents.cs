using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using ContainerPathStatResponse = Docker.DotNet.Models.ContainerPathStatResponse;

namespace Drydock.Reconcilers.Oms;

internal enum ArchiveKind
{
    /// <summary>An image as docker save writes it.</summary>
    Image,

    Jar,
}

/// <summary>What a file says of itself, and its checksum.</summary>
/// <param name="Sha256">Checksum of the file as stored, 64 lower-case hex digits.</param>
internal sealed record ArchiveContents(string Sha256, long Bytes, IReadOnlyList<SavedImage> Images)
{
    // Far beyond any image; a gzip archive can promise more than any disk holds.
    private const long MaxBytes = 1L << 38;
    private const int MaxManifestBytes = 4 * 1024 * 1024;

    // Configurations come before the manifest that names them. Of an image they have some kilobytes.
    private const int MaxConfigBytes = 1024 * 1024;
    private const int MaxKeptBytes = 16 * 1024 * 1024;
    private const int BufferBytes = 64 * 1024;

    // dockerd unpacks these too; what is in them cannot be read here.
    private static readonly (byte[] Start, string Program)[] Unreadable =
    [
        ([0xfd, (byte)'7', (byte)'z', (byte)'X'], "xz"),
        ([0x28, 0xb5, 0x2f, 0xfd], "zstd"),
        ("BZh"u8.ToArray(), "bzip2"),
    ];

    /// <summary>Reads a file to its end.</summary>
    /// <param name="file">The file from its start.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    /// <exception cref="System.Text.Json.JsonException">The manifest of an image is not what docker save
    /// writes.</exception>
    public static async Task<ArchiveContents> ReadAsync(
        Stream file, string path, long length, ArchiveKind kind, CancellationToken cancellationToken)
    {
        await using var hashed = new HashingStream(file, leaveOpen: true);
        var images = await LookAsync(hashed, path, kind, cancellationToken);

        // The tar ends before the file does; the rest counts for the checksum.
        await hashed.CopyToAsync(Stream.Null, cancellationToken);
        return new ArchiveContents(hashed.FinishHash(), length, images);
    }

    /// <summary>Reads a file as far as it takes to see what it is; throws as <see cref="ReadAsync"/> does.</summary>
    public static Task<IReadOnlyList<SavedImage>> LookAsync(
        Stream file, string path, ArchiveKind kind, CancellationToken cancellationToken) =>
        kind == ArchiveKind.Image
            ? ImagesAsync(file, path, cancellationToken)
            : JarAsync(file, cancellationToken);

    // A JAR is a ZIP file: it begins with the header of its first entry.
    private static async Task<IReadOnlyList<SavedImage>> JarAsync(Stream file, CancellationToken cancellationToken)
    {
        var start = new byte[4];
        var read = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        return read == start.Length && start.AsSpan().SequenceEqual("PK\u0003\u0004"u8)
            ? []
            : throw new InvalidDataException("It is no JAR, because it does not begin as a ZIP file does.");
    }

    // An image archive (docker save, plain or gzip), as far as its manifest.
    private static async Task<IReadOnlyList<SavedImage>> ImagesAsync(
        Stream raw, string path, CancellationToken cancellationToken)
    {
        // It only looks at the first bytes.
        var file = PipeReader.Create(raw, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));
        var start = (await file.ReadAtLeastAsync(4, cancellationToken)).Buffer;
        var magic = start.Slice(0, Math.Min(4, start.Length)).ToArray();
        file.AdvanceTo(start.Start);
        if (Array.Find(Unreadable, u => magic.AsSpan().StartsWith(u.Start)).Program is { } program)
        {
            throw new InvalidDataException(
                $"It is compressed by {program}, and only gzip is read. Compress it with gzip: "
                + $"`{program} -dc FILE | gzip > FILE.gz`.");
        }

        await using var whole = file.AsStream();
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
                var config = configs[name] = new byte[entry.Length];
                _ = await data.ReadAtLeastAsync(config, config.Length, throwOnEndOfStream: false, cancellationToken);
            }
        }

        throw new InvalidDataException($"{path} has no manifest.json, so it was not written by `docker save`");
    }

    private static async Task<IReadOnlyList<SavedImage>> ParseAsync(
        Stream manifest, Dictionary<string, byte[]> configs, CancellationToken cancellationToken)
    {
        // Config is "<hex>.json" or "blobs/sha256/<hex>"; the hex is the image's ID.
        return [
            .. (await JsonSerializer.DeserializeAsync(
                    manifest, OmsFilesJson.Default.ArchivedImages, cancellationToken) ?? [])
                .OfType<ArchivedImage>()
                .Select(image => (Image: image, Config: configs.TryGetValue(image.Config, out var c) ? Read(c) : null))
                .Select(saved => new SavedImage(
                    "sha256:" + Path.GetFileNameWithoutExtension(saved.Image.Config.Split('/')[^1]),
                    saved.Image.RepoTags,
                    saved.Config is { } config ? ImageContents.Of(config.RootFs?.DiffIds ?? []) : null)
                { Architecture = saved.Config?.Architecture }),
        ];
    }

    private static ArchivedConfig? Read(byte[] config)
    {
        try
        {
            return JsonSerializer.Deserialize(config, OmsFilesJson.Default.ArchivedConfig);
        }
        catch (JsonException)
        {
            // Another form of configuration: the ids have to do.
            return null;
        }
    }
}

/// <param name="Id"><c>sha256:…</c>, the checksum of its configuration.</param>
/// <param name="Names">Its names with tags, as dockerd will know it.</param>
/// <param name="Contents">What is in it (<see cref="ImageContents"/>); null if it is not known.</param>
internal sealed record SavedImage(string Id, IReadOnlyList<string> Names, string? Contents)
{
    /// <summary>What its programs are built for; null if it is not known.</summary>
    public string? Architecture { get; init; }
}

/// <summary>The JSON that is read of nodes and archives. Unknown fields are ignored; field names are matched
/// exactly.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(HealthBody))]
[JsonSerializable(typeof(SupervisorFile))]
[JsonSerializable(typeof(ArchivedConfig))]
[JsonSerializable(typeof(List<ArchivedImage?>), TypeInfoPropertyName = "ArchivedImages")]
internal sealed partial class OmsFilesJson : JsonSerializerContext;

/// <summary>The answer of <c>/oms/health</c> (docs/project/research/oms.md#console-api).</summary>
internal sealed record HealthBody(HealthData? Data);

internal sealed record HealthData(bool? Healthy);

/// <summary>supervisor.json of a container (docs/project/research/oms.md#programs).</summary>
internal sealed record SupervisorFile([property: JsonConverter(typeof(LooseText))] string? ImageVersion);

/// <summary>An image in the <c>manifest.json</c> that <c>docker save</c> writes.</summary>
internal sealed record ArchivedImage
{
    /// <summary>Path of the image's configuration, named after the image's id.</summary>
    [JsonPropertyName("Config")]
    public required string Config { get; init => field = value ?? ""; }

    [JsonPropertyName("RepoTags")]
    public IReadOnlyList<string> RepoTags { get; init => field = value ?? []; } = [];
}

internal sealed record ArchivedConfig(
    [property: JsonPropertyName("rootfs")] ArchivedLayers? RootFs, string? Architecture);

internal sealed record ArchivedLayers([property: JsonPropertyName("diff_ids")] IReadOnlyList<string>? DiffIds);

/// <summary>What archives on hosts contain. Several GiB travel from the host to the operator to find that out, so a
/// file is read to its end only if the host says that it is another one than at the last look, by any
/// upgrade.</summary>
internal sealed class HostArchives
{
    // Archives whose contents are kept.
    private const int MostKept = 64;

    private readonly BoundedCache<ArchiveContents> _known = new(MostKept);

    /// <exception cref="InvalidDataException">It is something else.</exception>
    public async Task<ArchiveContents> InspectAsync(
        string endpoint, string path, ArchiveKind kind, ContainerPathStatResponse stat, Stream content,
        CancellationToken cancellationToken)
    {
        var key = $"{kind}\n{endpoint}\n{path}\n{stat.Size}\n{stat.Mtime:O}";
        if (_known.Find(key) is { } known)
        {
            return known;
        }

        var contents = await ArchiveContents.ReadAsync(content, path, stat.Size, kind, cancellationToken);
        _known.Set(key, contents);
        return contents;
    }
}
