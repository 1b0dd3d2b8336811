namespace Drydock.Clients.Docker;

/// <summary>One ping on a new connection before it carries real requests. Failures that appear only after the
/// connection seems established (a client certificate checked after the TLS 1.3 handshake, an ssh login, the remote
/// docker command) then happen here, where it is certain that the engine has received no request.</summary>
internal static class ConnectionCheck
{
    private const int MaxHeaderBytes = 16 * 1024;
    private static readonly byte[] Request = Encoding.ASCII.GetBytes("HEAD /_ping HTTP/1.1\r\nHost: docker\r\n\r\n");
    private static readonly byte[] HeaderEnd = "\r\n\r\n"u8.ToArray();

    /// <summary>Sends the ping and reads the answer, whatever its status.</summary>
    /// <exception cref="IOException">The connection ended first, or the answer is not HTTP.</exception>
    public static async Task RunAsync(Stream stream, CancellationToken cancellationToken)
    {
        IOException? writeFailure = null;
        try
        {
            await stream.WriteAsync(Request, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            // The other side has closed already; its reason may still be readable.
            writeFailure = e;
        }

        var buffer = new byte[MaxHeaderBytes];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw writeFailure ?? new IOException("The connection was closed before an answer came.");
            }

            length += read;
            var end = buffer.AsSpan(0, length).IndexOf(HeaderEnd);
            if (!buffer.AsSpan(0, Math.Min(length, 5)).SequenceEqual("HTTP/"u8[..Math.Min(length, 5)])
                || (end < 0 && length == buffer.Length))
            {
                throw new IOException("The answer is not HTTP.");
            }

            // The answer to HEAD has no body; bytes after the header would belong to no request.
            if (end >= 0)
            {
                if (end + HeaderEnd.Length != length)
                {
                    throw new IOException("The answer to HEAD has a body.");
                }

                return;
            }
        }
    }
}
