namespace Drydock.Clients.Safety;

/// <summary>One attempt to send a request: its time, and what a failure of it means.</summary>
/// <param name="longest">The limit of an answer that is read as a whole, in bytes.</param>
internal sealed class RequestAttempt(TimeSpan limit, long longest, bool isRead, TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource _timer = new(Timers.Clamp(limit), time);

    public CancellationTokenSource Link(CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);

    /// <summary>Begins a time from now on; null keeps the present one.</summary>
    public void Restart(TimeSpan? limit)
    {
        if (limit is { } span)
        {
            _timer.CancelAfter(Timers.Clamp(span));
        }
    }

    public static bool IsFailure(Exception failure, CancellationToken cancellationToken) =>
        failure is HttpRequestException or IOException or SocketException
        || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    public HttpOutcomeException Failed(Exception failure, bool isAnswered)
    {
        var problem = ProblemOf(failure, isAnswered);
        var message = problem switch
        {
            HttpProblem.TimedOut => $"no answer within {limit.TotalSeconds:0.###} s",
            HttpProblem.Unreachable => $"no connection ({HttpFailure.Describe(failure)})",
            HttpProblem.ConnectTimedOut => "no connection in time",
            HttpProblem.Handshake => $"the TLS handshake failed ({HttpFailure.Describe(failure)})",
            HttpProblem.Interrupted => $"the connection was interrupted ({HttpFailure.Describe(failure)})",
            HttpProblem.TooLong => $"the answer is longer than {longest >> 20} MiB and was not read",
            _ => HttpFailure.Describe(failure),
        };
        var wasSent = problem is not (HttpProblem.Unreachable or HttpProblem.Handshake or HttpProblem.ConnectTimedOut);
        return new HttpOutcomeException(problem, wasSent, isRead, message, failure);
    }

    public void Dispose() => _timer.Dispose();

    private HttpProblem ProblemOf(Exception failure, bool isAnswered)
    {
        if (failure is OperationCanceledException)
        {
            // The inner handler's own limit for a connection shows itself as a cancellation too.
            return _timer.IsCancellationRequested ? HttpProblem.TimedOut : HttpProblem.ConnectTimedOut;
        }

        return (failure as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.ConfigurationLimitExceeded when isAnswered => HttpProblem.TooLong,
            _ when HttpFailure.IsForeign(failure) => HttpProblem.Foreign,
            HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError
                or HttpRequestError.ProxyTunnelError => HttpProblem.Unreachable,
            HttpRequestError.SecureConnectionError => HttpProblem.Handshake,
            _ when failure.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
                HttpProblem.Unreachable,
            _ => HttpProblem.Interrupted,
        };
    }
}
