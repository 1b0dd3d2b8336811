namespace Drydock.Clients.Safety;

/// <param name="Time">For a whole request, unless its <see cref="RequestTerms"/> say otherwise.</param>
/// <param name="AnswerBytes">Longest answer that is read as a whole.</param>
public sealed record OutcomeLimits(TimeSpan Time, int AnswerBytes)
{
    /// <summary>The part of a refusal's body that is kept, in bytes.</summary>
    public const int ErrorBytes = 64 * 1024;

    /// <summary>How often a read is sent again (0: never): if no connection was made, the connection ended, or the
    /// status is one of <see cref="Passing"/>.</summary>
    public int ReadRetries { get; init; }

    /// <summary>Doubled with each retry; ignored where the answer says how long to wait.</summary>
    public TimeSpan FirstRetryAfter { get; init; }

    /// <summary>What a proxy, or a server that is busy, answers.</summary>
    public static IReadOnlyList<HttpStatusCode> Usual { get; } =
    [
        HttpStatusCode.RequestTimeout,
        HttpStatusCode.TooManyRequests,
        HttpStatusCode.BadGateway,
        HttpStatusCode.ServiceUnavailable,
        HttpStatusCode.GatewayTimeout,
    ];

    public IReadOnlyList<HttpStatusCode> Passing { get; init; } = Usual;

    /// <summary>By which the other side says that it did nothing: with any, a change too is sent again, after them and
    /// if no connection was made.</summary>
    public IReadOnlyList<HttpStatusCode> Refusals { get; init; } = [];

    /// <summary>Causes after which another attempt would end the same.</summary>
    public Func<Exception, bool> IsFinal { get; init; } = static _ => false;
}

/// <summary>What <see cref="OutcomeHandler"/> cannot see in a request.</summary>
/// <param name="Limit">Time from the first byte of the connection to the last of the answer; null for that of the
/// handler, <see cref="Timeout.InfiniteTimeSpan"/> for none.</param>
/// <param name="IsRead">Whether it changes nothing and may be sent again; null: GET and HEAD do not.</param>
/// <param name="IsStreamed">The body of a success is read by the caller while it arrives, within the same time and
/// without a limit of its length.</param>
/// <param name="Silence">For a streamed body without end: the time is then that of its beginning, and this is the
/// longest wait for more of it. Such a request is sent once.</param>
public sealed record RequestTerms(
    TimeSpan? Limit = null, bool? IsRead = null, bool IsStreamed = false, TimeSpan? Silence = null)
{
    private static readonly HttpRequestOptionsKey<RequestTerms> Key = new("drydock.terms");
    private static readonly RequestTerms Usual = new();

    public static RequestTerms Of(HttpRequestMessage request)
    {
        return request.Options.TryGetValue(Key, out var terms) ? terms : Usual;
    }

    public void SetFor(HttpRequestMessage request)
    {
        request.Options.Set(Key, this);
    }
}
