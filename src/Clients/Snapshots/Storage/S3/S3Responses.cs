namespace Drydock.Clients.Snapshots;

/// <summary>Limits the time until an answer, and its length: every answer but the content of an object is read into
/// memory here, because the SDK reads it without a limit.</summary>
internal sealed class S3Responses(HttpMessageHandler inner, S3StorageOptions options, TimeProvider time)
    : DelegatingHandler(inner)
{
    /// <summary>Runs a call within a time limit.</summary>
    /// <exception cref="TimeoutException">The limit was reached.</exception>
    internal static async Task<T> WithinAsync<T>(
        TimeSpan limit,
        TimeProvider time,
        Func<CancellationToken, ValueTask<T>> call,
        CancellationToken cancellationToken)
    {
        using var clock = new CancellationTokenSource(Timers.Clamp(limit), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(clock.Token, cancellationToken);
        try
        {
            return await call(either.Token);
        }
        catch (Exception e) when (clock.IsCancellationRequested
            && !cancellationToken.IsCancellationRequested
            && (e is OperationCanceledException || S3Errors.IsStorageError(e)))
        {
            throw new TimeoutException($"no answer within {limit.TotalSeconds:0.###} s", e);
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken) => WithinAsync(
        options.RequestTimeout * (1 + ((request.Content?.Headers.ContentLength ?? 0) / S3StorageOptions.TimedBytes)),
        time,
        async token => await AnswerAsync(request, token),
        cancellationToken);

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (request.Method == HttpMethod.Head
            || (request.Method == HttpMethod.Get && response.IsSuccessStatusCode && !IsListing(request.RequestUri)))
        {
            return response;
        }

        try
        {
            await response.Content.LoadIntoBufferAsync(SnapshotLimits.S3Answer, cancellationToken);
            return response;
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
        {
            response.Dispose();
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"The storage at {request.RequestUri?.Authority} answers {request.Method} with more than "
                    + $"{SnapshotLimits.S3Answer} bytes, which is not an S3 response.",
                e);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static bool IsListing(Uri? uri) =>
        uri is null
            || uri.Query.Contains("list-type=", StringComparison.Ordinal)
            || uri.Query.Contains("uploads", StringComparison.Ordinal);
}
