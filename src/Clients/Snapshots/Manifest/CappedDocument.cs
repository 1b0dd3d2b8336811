using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drydock.Clients.Snapshots;

/// <summary>Reads a JSON document of a storage, of which never more than a number of bytes is read.</summary>
internal static class CappedDocument
{
    /// <exception cref="JsonException">It is no such document, or longer.</exception>
    internal static async Task<T?> ReadAsync<T>(
        ISnapshotStorage storage, string name, int cap, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await using var stream = new CappedStream(await storage.OpenReadAsync(name, cancellationToken).ConfigureAwait(false), cap + 1L);
        try
        {
            var document = await JsonSerializer.DeserializeAsync(stream, type, cancellationToken).ConfigureAwait(false);
            return stream.IsExhausted ? throw TooLong(name, cap, inner: null) : document;
        }
        catch (JsonException e) when (stream.IsExhausted)
        {
            throw TooLong(name, cap, e);
        }
    }

    private static JsonException TooLong(string name, int cap, Exception? inner) =>
        new(FormattableString.Invariant($"'{name}' has more than {cap} bytes, which is the most that is read of it"), inner);
}
