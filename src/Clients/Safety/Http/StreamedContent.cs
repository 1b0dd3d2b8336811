namespace Drydock.Clients.Safety;

/// <summary>The body of an answer that the caller reads while it arrives, within the time of its request. A failure has
/// the type that the request itself would have had.</summary>
internal sealed class StreamedContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly Attempt _attempt;
    private readonly TimeSpan? _silence;

    public StreamedContent(HttpContent inner, Attempt attempt, TimeSpan? silence)
    {
        (_inner, _attempt, _silence) = (inner, attempt, silence);
        foreach (var header in inner.Headers)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() =>
        new Body(await _inner.ReadAsStreamAsync().ConfigureAwait(false), _attempt, _silence);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await using var body = await CreateContentReadStreamAsync().ConfigureAwait(false);
        await body.CopyToAsync(stream).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _attempt.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class Body(Stream inner, Attempt attempt, TimeSpan? silence) : ReadOnlyStream
    {
        protected override IDisposable Owned => inner;

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                attempt.Restart(silence);
                using var either = attempt.Link(cancellationToken);
                return await inner.ReadAsync(buffer, either.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (Attempt.IsFailure(e, cancellationToken))
            {
                throw attempt.Failed(e, isAnswered: true);
            }
            finally
            {
                // The time in which the caller works on what it has read is not silence.
                attempt.Restart(silence is null ? null : Timeout.InfiniteTimeSpan);
            }
        }
    }
}
