using System.Buffers;
using System.IO.Pipelines;

namespace Drydock.Clients.Snapshots;

/// <summary>An object being written: a pipe to a sender. What is small is sent in a single request once it is complete,
/// the rest by the SDK's transfer in parts of a constant size. Writing waits for the sender, and fails as it
/// does.</summary>
internal sealed class S3ObjectWriter : ISnapshotObjectWriter
{
    /// <summary>Records and most manifests are smaller, so that they do not wait for dumps.</summary>
    internal const int SmallBytes = 1 << 20;

    private readonly S3Storage _storage;
    private readonly string _name;
    private readonly SemaphoreSlim _slots;
    private readonly string _writer = Guid.NewGuid().ToString("N");
    private readonly CancellationTokenSource _stop = new();
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: 2 * SmallBytes, resumeWriterThreshold: SmallBytes, minimumSegmentSize: 64 << 10));
    private readonly Task<(bool IsOurs, long Bytes)> _sending;

    /// <param name="slots">One for each upload in parts that may run at the same time.</param>
    internal S3ObjectWriter(S3Storage storage, string name, SemaphoreSlim slots)
    {
        (_storage, _name, _slots) = (storage, name, slots);
        Content = _pipe.Writer.AsStream(leaveOpen: true);
        _sending = SendAsync();
    }

    public Stream Content { get; }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _pipe.Writer.CompleteAsync();
        var (isOurs, bytes) = await _sending.WaitAsync(cancellationToken);
        if (!isOurs)
        {
            throw _storage.Taken(_name);
        }

        var stored = await _storage.HeadAsync(_name, cancellationToken);
        if (stored?.Bytes != bytes)
        {
            throw new SnapshotException(
                SnapshotFailure.StorageUnusable,
                $"'{_name}' in {_storage.Description} is {stored?.Bytes ?? 0} bytes, but {bytes} were written and "
                        + "acknowledged. The storage lost data.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        // The sender then aborts the upload. The end of the pipe would complete it.
        await _stop.CancelAsync();
        await ((Task)_sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _pipe.Writer.CompleteAsync();
        _stop.Dispose();
    }

    private async Task<(bool IsOurs, long Bytes)> SendAsync()
    {
        Exception? failure = null;
        try
        {
            var reader = _pipe.Reader;
            var first = await reader.ReadAtLeastAsync(SmallBytes + 1, _stop.Token);
            if (first.Buffer.Length <= SmallBytes)
            {
                var small = first.Buffer.ToArray();
                return (await _storage.PutAsync(_name, small, _writer, _stop.Token), small.Length);
            }

            reader.AdvanceTo(first.Buffer.Start);
            await _slots.WaitAsync(_stop.Token);
            try
            {
                await using var content = new SentStream(reader.AsStream(leaveOpen: true), EnsureFreeAsync);
                return (await _storage.UploadAsync(_name, content, _writer, _stop.Token), content.Bytes);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            await _pipe.Reader.CompleteAsync(failure);
        }
    }

    // Without conditional writes this check is the only protection. Names are unique, so only an object of another
    // program could be affected.
    private async Task EnsureFreeAsync(CancellationToken cancellationToken)
    {
        if (await _storage.HeadAsync(_name, cancellationToken) is not null)
        {
            throw _storage.Taken(_name);
        }
    }

    /// <summary>Counts what is sent, and runs a check before its end.</summary>
    private sealed class SentStream(Stream inner, Func<CancellationToken, Task> beforeEnd) : ReadOnlyStream
    {
        internal long Bytes { get; private set; }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            Bytes += read;
            if (read == 0)
            {
                await beforeEnd(cancellationToken);
            }

            return read;
        }
    }
}
