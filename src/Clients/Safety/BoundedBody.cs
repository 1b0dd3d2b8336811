namespace Drydock.Clients.Safety;

/// <summary>Reads the body of an answer into memory, up to a limit: the other side decides how much it sends, and its
/// answer may be unrelated to the request.</summary>
public static class BoundedBody
{
    /// <summary>Reads a body; it can be read again from <paramref name="content"/> afterwards, also by its synchronous
    /// members.</summary>
    /// <param name="maxBytes">Maximum length in bytes.</param>
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
