namespace Drydock.Clients.Safety;

/// <summary>Converts a bare <see cref="SocketException"/> to the <see cref="HttpRequestException"/> that callers of
/// <see cref="HttpClient"/> expect. The runtime occasionally lets one through when a server refuses a
/// connection.</summary>
public sealed class SocketExceptionHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            // It is unknown whether the request was sent.
            throw new HttpRequestException(HttpRequestError.Unknown, e.Message, e);
        }
    }
}
