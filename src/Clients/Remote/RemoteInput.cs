namespace Drydock.Clients.Remote;

/// <summary>Copies data to the input of a command.</summary>
public static class RemoteInput
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>Sends a stream to its end. A failure to read the stream is thrown. Input that the command does not read
    /// is not a failure here; its exit code and output say why.</summary>
    /// <param name="sent">Receives how many bytes were sent.</param>
    public static async Task<bool> SendAsync(
        Stream input, Stream target, Action<long>? sent, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        var total = 0L;
        while (await input.ReadAsync(buffer, cancellationToken) is var read and > 0)
        {
            try
            {
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException)
            {
                // The connection may be closed under the write, too, by the end of the output.
                return false;
            }

            sent?.Invoke(total += read);
        }

        return true;
    }
}
