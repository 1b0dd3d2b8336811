namespace Drydock.Clients.Safety;

/// <summary>What <see cref="OutcomeHandler"/> cannot see in a request.</summary>
/// <param name="Limit">Time from the first byte of the connection to the last of the answer; null for that of the
/// handler, <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
/// <param name="IsRead">Whether it changes nothing and may be sent again; null: GET and HEAD do not.</param>
/// <param name="IsStreamed">The body of a success is read by the caller while it arrives, within the same time and
/// without a limit of its length.</param>
public sealed record RequestTerms(TimeSpan? Limit = null, bool? IsRead = null, bool IsStreamed = false)
{
    private static readonly HttpRequestOptionsKey<RequestTerms> Key = new("drydock.terms");
    private static readonly RequestTerms Usual = new();

    public static RequestTerms Of(HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Options.TryGetValue(Key, out var terms) ? terms : Usual;
    }

    public void SetFor(HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Options.Set(Key, this);
    }
}
