using Amazon.S3.Model;

namespace Drydock.Clients.Snapshots;

/// <summary>An object being written. While one part is being sent, the next one is filled if the budget has room for
/// two; otherwise writing waits until the part has been sent. A failed part is resent from memory without involving the
/// writer. Data that fits into one part is sent in a single request.</summary>
internal sealed class S3ObjectWriter : ISnapshotObjectWriter
{
    // Records and manifests need no more, and must not wait for dumps.
    private const int SmallBytes = 64 << 10;

    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(10);

    private readonly IS3Uploads _bucket;
    private readonly string _name;
    private readonly string _writer = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PartETag> _parts = [];
    private readonly S3PartBudget _budget;
    private readonly TimeProvider _time;
    private byte[] _filling;
    private byte[]? _spare;
    private int _filled;
    private long _held;
    private long _written;
    private string? _upload;
    private Task<PartETag>? _sending;
    private bool _completed;
    private bool _disposed;

    internal S3ObjectWriter(IS3Uploads bucket, string name, S3PartBudget budget, TimeProvider time)
    {
        (_bucket, _name, _budget, _time) = (bucket, name, budget, time);
        _filling = new byte[Math.Min(SmallBytes, bucket.Options.PartBytes / 2)];
        Content = new S3WriteStream(WriteAsync);
    }

    public Stream Content { get; }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        if (_upload is null)
        {
            var whole = _filling.AsMemory(0, _filled);
            Own(await _bucket.PutAsync(_name, whole, _writer, cancellationToken).ConfigureAwait(false));
        }
        else
        {
            if (_filled > 0)
            {
                await SendAsync(cancellationToken).ConfigureAwait(false);
            }

            await ArrivedAsync(cancellationToken).ConfigureAwait(false);

            // Without conditional writes this check is the only protection. Names are unique, so only an object of
            // another program could be affected.
            if (await _bucket.HeadAsync(_name, cancellationToken).ConfigureAwait(false) is { } there
                && there.Writer != _writer)
            {
                throw S3Storage.Taken(_bucket.Options, _name);
            }

            Own(
                await _bucket.CompleteUploadAsync(
                    _name, _upload, _parts, _writer, cancellationToken).ConfigureAwait(false));
        }

        var stored = await _bucket.HeadAsync(_name, cancellationToken).ConfigureAwait(false);
        if (stored?.Bytes != _written)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{_name}' in {_bucket.Options} is {stored?.Bytes ?? 0} bytes, but {_written} were written and "
                        + $"acknowledged. The storage lost data."));
        }

        _completed = true;
        Release();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_sending is not null)
        {
            await _sending.ContinueWith(
                static _ => { },
                CancellationToken.None,
                TaskContinuationOptions.None,
                TaskScheduler.Default).ConfigureAwait(false);
        }

        if (!_completed && _upload is not null)
        {
            using var limit = new CancellationTokenSource(LongestGoodbye, _time);
            try
            {
                await _bucket.AbortUploadAsync(_name, _upload, limit.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SnapshotException or OperationCanceledException)
            {
                // Removal is best effort: the caller reports its own error, and the next attempt finds and aborts the
                // upload.
                _upload = null;
            }
        }

        Release();
        _stop.Dispose();
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_filling.Length == 0, this);
        while (data.Length > 0)
        {
            // Sent only when more data follows: data that fits into one part is a single request.
            if (_filled == _filling.Length)
            {
                if (_filled < _bucket.Options.PartBytes)
                {
                    await BeginPartAsync(cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await SendAsync(cancellationToken).ConfigureAwait(false);
                    await MakeRoomAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            var count = Math.Min(data.Length, _filling.Length - _filled);
            data[..count].CopyTo(_filling.AsMemory(_filled));
            _filled += count;
            _written += count;
            data = data[count..];
        }
    }

    // The first full-size buffer: no other part of the budget is held while waiting for it.
    private async Task BeginPartAsync(CancellationToken cancellationToken)
    {
        var size = _bucket.Options.PartBytes;
        await _budget.TakeAsync(size, cancellationToken).ConfigureAwait(false);
        _held += size;
        var part = new byte[size];
        _filling.AsSpan(0, _filled).CopyTo(part);
        _filling = part;
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        _upload ??= await _bucket.BeginUploadAsync(_name, _writer, cancellationToken).ConfigureAwait(false);
        await ArrivedAsync(cancellationToken).ConfigureAwait(false);
        var number = _parts.Count + 1;
        if (number > S3PartSizes.MaxParts)
        {
            throw new SnapshotException(SnapshotFailure.StorageUnusable, string.Create(
                CultureInfo.InvariantCulture,
                $"'{_name}' is larger than {_written} bytes, more than {S3PartSizes.MaxParts} parts can hold. "
                    + $"Use the tool MyDumper, which writes many smaller files, or use a directory as storage."));
        }

        // The transfer is bound to the lifetime of the writer, not to the call that filled the part.
        var (content, upload) = (_filling.AsMemory(0, _filled), _upload);
        _sending = _bucket.PutPartAsync(_name, upload, number, content, _stop.Token);
    }

    // After a part was sent: provides the buffer for the next one.
    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        var size = S3PartSizes.Of(_parts.Count + 2, _bucket.Options.PartBytes);
        _filled = 0;
        if (_spare?.Length == size)
        {
            (_filling, _spare) = (_spare, _filling);
            return;
        }

        // A buffer of another size is no longer useful.
        Drop(ref _spare);
        if (_budget.TryTakeSecond(size))
        {
            _held += size;
            (_spare, _filling) = (_filling, new byte[size]);
            return;
        }

        await ArrivedAsync(cancellationToken).ConfigureAwait(false);
        var more = size - _filling.Length;
        if (more > 0 && _budget.TryGrow(more))
        {
            _held += more;
            _filling = new byte[size];
        }
    }

    private void Drop(ref byte[]? buffer)
    {
        if (buffer is not null)
        {
            _held -= buffer.Length;
            _budget.Return(buffer.Length);
            buffer = null;
        }
    }

    private void Release()
    {
        _filling = [];
        _spare = null;
        _budget.Return(_held);
        _held = 0;
    }

    private async Task ArrivedAsync(CancellationToken cancellationToken)
    {
        if (_sending is { } sending)
        {
            // Kept on failure, so that later writes fail in the same way.
            _parts.Add(await sending.WaitAsync(cancellationToken).ConfigureAwait(false));
            _sending = null;
        }
    }

    private void Own(bool ours)
    {
        if (!ours)
        {
            throw S3Storage.Taken(_bucket.Options, _name);
        }
    }
}

/// <summary>The write-only stream of an upload; asynchronous only.</summary>
internal sealed class S3WriteStream(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    // A part is sent when it is full, the last one by CompleteAsync.
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        write(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        write(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("An S3 object is written asynchronously.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
