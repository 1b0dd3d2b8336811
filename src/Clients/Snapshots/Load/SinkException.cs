namespace Drydock.Clients.Snapshots;

/// <summary>
/// What takes the contents of a stored object does not take them any more; it is not the storage that failed.
/// </summary>
internal sealed class SinkException(IOException inner) : Exception(inner.Message, inner)
{
    /// <summary>Writes to <paramref name="stream"/>, telling its failures from those of whatever is read.</summary>
    internal static async ValueTask WriteAsync(
        Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new SinkException(e);
        }
    }
}
