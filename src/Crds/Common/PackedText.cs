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
    public static ReadOnlyMemory<byte> Unpack(string text)
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

        return json.GetBuffer().AsMemory(0, (int)json.Length);
    }
}
