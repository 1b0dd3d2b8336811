namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>Writes and reads what tests compare.</summary>
internal static class StorageContents
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    internal static async Task WriteAsync(this ISnapshotStorage storage, string name, string text)
    {
        await using var writer = await storage.CreateAsync(name, Token);
        await writer.Content.WriteAsync(Encoding.UTF8.GetBytes(text), Token);
        await writer.CompleteAsync(Token);
    }

    /// <summary>Writes random bytes in pieces of odd sizes and returns their hash.</summary>
    /// <param name="storage">Where.</param>
    /// <param name="name">The object.</param>
    /// <param name="bytes">How many.</param>
    /// <param name="seed">The same gives the same.</param>
    /// <param name="beforePiece">Called before each piece with the bytes written so far.</param>
    internal static async Task<string> WriteAsync(
        this ISnapshotStorage storage, string name, long bytes, int seed, Action<long>? beforePiece = null)
    {
        var random = new Random(seed);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[200_003];
        await using var writer = await storage.CreateAsync(name, Token);
        for (long written = 0; written < bytes;)
        {
            beforePiece?.Invoke(written);
            var piece = buffer.AsMemory(0, (int)Math.Min(bytes - written, random.Next(1, buffer.Length)));
            random.NextBytes(piece.Span);
            hash.AppendData(piece.Span);
            await writer.Content.WriteAsync(piece, Token);
            written += piece.Length;
        }

        await writer.CompleteAsync(Token);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    internal static async Task<string> ReadAsync(this ISnapshotStorage storage, string name)
    {
        using var reader = new StreamReader(await storage.OpenReadAsync(name, Token));
        return await reader.ReadToEndAsync(Token);
    }

    /// <summary>Reads an object to its end and returns the hash.</summary>
    internal static async Task<string> HashAsync(this ISnapshotStorage storage, string name)
    {
        await using var stream = await storage.OpenReadAsync(name, Token);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, Token));
    }
}
