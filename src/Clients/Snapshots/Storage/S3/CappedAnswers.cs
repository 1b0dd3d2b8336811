namespace Drydock.Clients.Snapshots;

/// <summary>
/// Ends an answer that is longer than any answer of S3: all are read into memory, save the content of an object, which
/// is streamed.
/// </summary>
internal sealed class CappedAnswers(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (request.Method == HttpMethod.Head || (request.Method == HttpMethod.Get && response.IsSuccessStatusCode && !IsListing(request.RequestUri)))
        {
            return response;
        }

        if (response.Content.Headers.ContentLength > SnapshotLimits.S3Answer)
        {
            response.Dispose();
            throw Refuse();
        }

        var content = new StreamContent(new CappedStream(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), SnapshotLimits.S3Answer, Refuse));
        foreach (var (name, values) in response.Content.Headers)
        {
            content.Headers.TryAddWithoutValidation(name, values);
        }

        response.Content = content;
        return response;

        SnapshotException Refuse() => new(SnapshotFailure.StorageUnusable, FormattableString.Invariant(
            $"The storage at {request.RequestUri?.Authority} answers {request.Method} with more than {SnapshotLimits.S3Answer} bytes, which is no answer of S3."));
    }

    private static bool IsListing(Uri? uri) =>
        uri is null || uri.Query.Contains("list-type=", StringComparison.Ordinal) || uri.Query.Contains("uploads", StringComparison.Ordinal);
}
