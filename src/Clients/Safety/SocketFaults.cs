using System.Net.Sockets;

namespace Drydock.Clients.Safety;

/// <summary>
/// Makes a bare <see cref="SocketException"/> the <see cref="HttpRequestException"/> that callers of
/// <see cref="HttpClient"/> expect. The runtime lets one through now and then when a server refuses a connection.
/// </summary>
/// <param name="inner">The handler that sends.</param>
public sealed class SocketFaults(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            // Whether the request had left is not known.
            throw new HttpRequestException(HttpRequestError.Unknown, e.Message, e);
        }
    }
}
