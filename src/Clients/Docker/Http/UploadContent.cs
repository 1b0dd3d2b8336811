namespace Drydock.Clients.Docker;

/// <summary>A request body read once from the caller's stream, with progress. A failure of that stream is distinguished
/// from one of the connection.</summary>
internal sealed class UploadContent : HttpContent
{
    private const int BufferBytes = 128 * 1024;
    private readonly Stream _source;
    private readonly IProgress<long>? _progress;

    public UploadContent(Stream source, IProgress<long>? progress)
    {
        _source = source;
        _progress = progress;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
    }

    public Exception? SourceFailure { get; private set; }

    public UploadState State { get; } = new();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        CopyAsync(stream, CancellationToken.None);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        CopyAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async Task CopyAsync(Stream target, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        long sent = 0;
        while (State.WriteFailure is null)
        {
            int read;
            try
            {
                read = await _source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                SourceFailure = e;
                throw;
            }

            if (read == 0)
            {
                return;
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            sent += read;
            _progress?.Report(sent);
        }
    }
}

/// <summary>Links an upload to the connection that carries it. An engine that aborts half-way (disk full, broken
/// archive) answers and closes; the next write then fails although the answer with the reason is in the receive buffer.
/// During an upload such a failure is recorded here instead of thrown.</summary>
internal sealed class UploadState
{
    private static readonly AsyncLocal<UploadState?> Ambient = new();

    public static UploadState? Current
    {
        get => Ambient.Value;
        set => Ambient.Value = value;
    }

    /// <summary>The write failure; everything written after it was lost.</summary>
    public Exception? WriteFailure { get; set; }
}
