namespace Drydock.Clients.Docker;

/// <summary>The data of an upload, read once from the caller's stream, which is not disposed. A failure of that stream
/// is distinguished from one of the connection.</summary>
internal sealed class UploadStream(Stream source) : ReadOnlyStream
{
    public Exception? SourceFailure { get; private set; }

    /// <summary>Why a write of the upload failed; everything written after it was lost. An engine that aborts half-way
    /// (disk full, broken archive) answers and closes; the next write then fails although the answer with the reason is
    /// in the receive buffer. Such a failure is recorded here instead of thrown.</summary>
    public Exception? WriteFailure { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return WriteFailure is null ? await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) : 0;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            SourceFailure = e;
            throw;
        }
    }
}
