using System.Net;
using System.Net.Http.Headers;
using Drydock.Clients.Docker.Transport;

namespace Drydock.Clients.Docker.Http;

/// <summary>
/// A request body read once from the caller's stream, with progress. Tells a failure of that stream apart from one of
/// the connection.
/// </summary>
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

    /// <summary>What the caller's stream threw.</summary>
    public Exception? SourceFailure { get; private set; }

    /// <summary>The upload's tie to its connection.</summary>
    public UploadSignal Signal { get; } = new();

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
        while (Signal.WriteFailure is null)
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
