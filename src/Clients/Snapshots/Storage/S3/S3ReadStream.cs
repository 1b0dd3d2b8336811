using Amazon.S3.Model;

namespace Drydock.Clients.Snapshots;

/// <summary>Reads an object from its start. If a connection breaks or stalls, reading resumes at the same position of
/// the same object, or fails.</summary>
internal sealed class S3ReadStream : ReadOnlyStream
{
    private readonly S3Storage _storage;
    private readonly string _name;
    private readonly string _etag;
    private readonly long _length;
    private GetObjectResponse? _response;
    private long _position;

    internal S3ReadStream(S3Storage storage, string name, GetObjectResponse response)
    {
        (_storage, _name, _response, _etag, _length) = (storage, name, response, response.ETag, response.ContentLength);
    }

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
                    _storage.Options.IdleTimeout,
                    _storage.Time,
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
                if (attempt > _storage.Options.Retries || !S3Errors.IsTransient(e))
                {
                    throw S3Errors.Describe(_storage.Options, "read", _name, e);
                }

                await Task.Delay(_storage.Options.Pauses.Delay(attempt), _storage.Time, cancellationToken);
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
        var response = await _storage.GetAsync(_name, _position, _etag, cancellationToken)
            ?? throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"'{_name}' disappeared from {_storage.Description} while it was read.");

        // A server that ignores the condition or the range would return the wrong bytes.
        if (response.ETag == _etag && response.ContentLength == _length - _position)
        {
            return response;
        }

        response.Dispose();
        throw new SnapshotException(
            SnapshotFailure.StorageUnusable,
            $"'{_name}' in {_storage.Description} was replaced while it was read, or the storage ignores ranges.");
    }
}
