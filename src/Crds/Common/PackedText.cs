using System.IO.Compression;

namespace Drydock.Crds.Common;

/// <summary>A text in a status that holds JSON, compressed: gzip, base64.</summary>
internal static class PackedText
{
    /// <summary>The largest content, as JSON: about ten times what the largest plan has with its record.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

    public static string Pack(Action<Stream> write)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            write(gzip);
        }

        return Convert.ToBase64String(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
    }

    /// <exception cref="FormatException">It is no base64.</exception>
    /// <exception cref="InvalidDataException">It is not compressed, or too large.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonElement Unpack(string text) => JsonElement.Parse(Inflate(text));

    /// <exception cref="JsonException">It is no such value, or has a null, which is never written.</exception>
    public static T Read<T>(JsonElement element, JsonTypeInfo<T> type) =>
        HasNull(element) ? throw new JsonException() : element.Deserialize(type)!;

    /// <summary>The version of the operator that wrote an object; null if it does not say.</summary>
    public static Version? WriterOf(JsonElement stored) =>
        stored.ValueKind == JsonValueKind.Object && stored.TryGetProperty("operator", out var writer)
        && writer.ValueKind == JsonValueKind.String && Version.TryParse(writer.GetString(), out var version)
            ? version
            : null;

    /// <summary>The version to name as the writer of what was stored by <paramref name="before"/>.</summary>
    public static string Writer(Version? before) =>
        $"{(before > CrdSchema.Number ? before : CrdSchema.Number)}";

    /// <summary>Whether it says that what is stored cannot be read, whatever is wrong with it.</summary>
    public static bool IsUnreadable(Exception exception) =>
        exception is FormatException or JsonException or InvalidDataException or InvalidOperationException;

    private static bool HasNull(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(p => HasNull(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().Any(HasNull),
        var kind => kind is JsonValueKind.Null,
    };

    private static ReadOnlySpan<byte> Inflate(string text)
    {
        using var gzip = new GZipStream(new MemoryStream(Convert.FromBase64String(text)), CompressionMode.Decompress);
        using var json = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (gzip.Read(buffer) is > 0 and var read)
        {
            if (json.Length + read > MostBytes)
            {
                throw new InvalidDataException($"It is larger than {MostBytes} bytes.");
            }

            json.Write(buffer, 0, read);
        }

        return json.GetBuffer().AsSpan(0, (int)json.Length);
    }
}
