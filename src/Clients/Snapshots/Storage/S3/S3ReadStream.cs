using Amazon.S3.Model;

namespace Drydock.Clients.Snapshots;

/// <summary>Reads an object from its start. If a connection breaks or stalls, reading resumes at the same position of
/// the same object, or fails.</summary>
internal sealed class S3ReadStream(S3SnapshotStorage storage, string name, GetObjectResponse opened) : ReadOnlyStream
{
    private readonly string _etag = opened.ETag;
    private readonly long _length = opened.ContentLength;
    private GetObjectResponse? _response = opened;
    private long _position;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || _position >= _length)
        {
            return 0;
        }

        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var response = _response ??= await ReopenAsync(cancellationToken);
                var read = await S3Responses.WithinAsync(
                    storage.Options.IdleTimeout,
                    storage.Time,
                    token => response.ResponseStream.ReadAsync(buffer, token),
                    cancellationToken);
                if (read == 0)
                {
                    throw new IOException($"The object ended after {_position} of {_length} bytes.");
                }

                _position += read;
                return read;
            }
            catch (Exception e) when (S3Errors.IsStorageError(e) && !cancellationToken.IsCancellationRequested)
            {
                LetGo();
                if (attempt > storage.Options.Retries || !S3Errors.IsTransient(e))
                {
                    throw S3Errors.Describe(storage.Options, "read", name, e);
                }

                await Task.Delay(storage.Options.Pauses.Delay(attempt), storage.Time, cancellationToken);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            LetGo();
        }

        base.Dispose(disposing);
    }

    private void LetGo()
    {
        _response?.Dispose();
        _response = null;
    }

    private async Task<GetObjectResponse> ReopenAsync(CancellationToken cancellationToken)
    {
        var response = await storage.GetAsync(name, _position, _etag, cancellationToken)
            ?? throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"'{name}' disappeared from {storage.Description} while it was read.");

        // A server that ignores the condition or the range would return the wrong bytes.
        if (response.ETag == _etag && response.ContentLength == _length - _position)
        {
            return response;
        }

        response.Dispose();
        throw new SnapshotException(
            SnapshotFailure.StorageUnusable,
            $"'{name}' in {storage.Description} was replaced while it was read, or the storage ignores ranges.");
    }
}
