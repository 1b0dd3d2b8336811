namespace Drydock.Reconcilers.Oms;

/// <summary>What a file has to be.</summary>
internal enum ArchiveKind
{
    /// <summary>An image as docker save writes it.</summary>
    Image,

    Jar,
}

/// <summary>What a file says of itself, and its checksum.</summary>
/// <param name="Sha256">Checksum of the file as stored, 64 lower-case hex digits.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Images">The images in it.</param>
internal sealed record ArchiveContents(string Sha256, long Bytes, IReadOnlyList<SavedImage> Images)
{
    /// <summary>Reads a file to its end.</summary>
    /// <param name="file">The file from its start.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="kind">What it has to be.</param>
    /// <param name="cancellationToken">Ends it.</param>
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
            ? ImageArchiveManifest.FindAsync(file, path, cancellationToken)
            : JarAsync(file, cancellationToken);

    // A JAR is a ZIP file: it begins with the header of its first entry.
    private static async Task<IReadOnlyList<SavedImage>> JarAsync(
        Stream file, CancellationToken cancellationToken)
    {
        var start = new byte[4];
        var read = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
        return read == start.Length && start.AsSpan().SequenceEqual("PK\u0003\u0004"u8)
            ? []
            : throw new InvalidDataException("It is no JAR, because it does not begin as a ZIP file does.");
    }
}

/// <summary>An image in an archive.</summary>
/// <param name="Id"><c>sha256:…</c>, the checksum of its configuration.</param>
/// <param name="Names">Its names with tags, as dockerd will know it.</param>
/// <param name="Contents">What is in it (<see cref="ImageContents"/>); null if it is not known.</param>
internal sealed record SavedImage(string Id, IReadOnlyList<string> Names, string? Contents);
