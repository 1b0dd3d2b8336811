namespace Drydock.Clients.Safety;

/// <summary>The body of an answer that the caller reads while it arrives, within the time of its request. A failure has
/// the type that the request itself would have had.</summary>
internal sealed class StreamedBody(HttpContent answer, Stream inner, RequestAttempt attempt, TimeSpan? silence)
    : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            attempt.Restart(silence);
            using var either = attempt.Link(cancellationToken);
            return await inner.ReadAsync(buffer, either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (RequestAttempt.IsFailure(e, cancellationToken))
        {
            throw attempt.Failed(e, isAnswered: true);
        }
        finally
        {
            // The time in which the caller works on what it has read is not silence.
            attempt.Restart(silence is null ? null : Timeout.InfiniteTimeSpan);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            answer.Dispose();
            attempt.Dispose();
        }

        base.Dispose(disposing);
    }
}
