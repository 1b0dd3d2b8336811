namespace Drydock.Clients.Remote;

/// <summary>Sends a command what it reads.</summary>
public static class RemoteInput
{
    private const int BufferBytes = 128 * 1024;

    /// <summary>
    /// Sends a stream to its end. What cannot be read here is thrown; what is not taken there is no failure here: the
    /// command's exit code and its words say why.
    /// </summary>
    /// <param name="input">What is sent.</param>
    /// <param name="target">Where to.</param>
    /// <param name="sent">Told how many bytes were sent.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>False if the command has ended, or the connection broke, before everything was taken.</returns>
    public static async Task<bool> SendAsync(
        Stream input, Stream target, Action<long>? sent, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(target);
        var buffer = new byte[BufferBytes];
        var total = 0L;
        while (await input.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            try
            {
                await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }
            catch (IOException)
            {
                return false;
            }

            sent?.Invoke(total += read);
        }

        return true;
    }
}
