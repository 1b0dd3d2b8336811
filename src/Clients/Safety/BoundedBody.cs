using System.Net.Http;

namespace Drydock.Clients.Safety;

/// <summary>
/// Reads the body of an answer into memory, up to a limit: the other side decides how much it sends, and it need not be
/// what was asked for.
/// </summary>
public static class BoundedBody
{
    /// <summary>
    /// Reads a body; it can be read again from <paramref name="content"/> afterwards, also by its synchronous members.
    /// </summary>
    /// <param name="content">The body, of an answer whose headers alone were read.</param>
    /// <param name="maxBytes">How many bytes it may have.</param>
    /// <param name="tooLong">The client's own exception for a longer one; it names what was asked, the limit, and
    /// where.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="HttpRequestException">The connection broke.</exception>
    public static async Task LoadAsync(
        HttpContent content, long maxBytes, Func<Exception> tooLong, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(tooLong);
        try
        {
            await content.LoadIntoBufferAsync(maxBytes, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            throw tooLong();
        }
    }
}
