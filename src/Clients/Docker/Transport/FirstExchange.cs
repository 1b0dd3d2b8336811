using System.Text;

namespace Drydock.Clients.Docker.Transport;

/// <summary>
/// One ping on a fresh connection before it carries real requests. What can only fail after the connection seems to
/// stand (a client certificate judged after the TLS 1.3 handshake, an ssh login, the remote docker command) then fails
/// here, where it is certain that nothing was asked of the engine.
/// </summary>
internal static class FirstExchange
{
    private const int MaxHeaderBytes = 16 * 1024;
    private static readonly byte[] Request = Encoding.ASCII.GetBytes("HEAD /_ping HTTP/1.1\r\nHost: docker\r\n\r\n");
    private static readonly byte[] HeaderEnd = "\r\n\r\n"u8.ToArray();

    /// <summary>Sends the ping and reads the answer, whatever it is.</summary>
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
            // The other side has closed already; why it did may still be read.
            writeFailure = e;
        }

        var buffer = new byte[MaxHeaderBytes];
        var length = 0;
        while (true)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw writeFailure ?? new IOException("the connection was closed before an answer came");
            }

            length += read;
            var end = buffer.AsSpan(0, length).IndexOf(HeaderEnd);
            if (!buffer.AsSpan(0, Math.Min(length, 5)).SequenceEqual("HTTP/"u8[..Math.Min(length, 5)]) || (end < 0 && length == buffer.Length))
            {
                throw new IOException("the answer is not HTTP");
            }

            // The answer to HEAD has no body: anything behind the header would belong to nobody.
            if (end >= 0)
            {
                if (end + HeaderEnd.Length != length)
                {
                    throw new IOException("the answer to HEAD has a body");
                }

                return;
            }
        }
    }
}
