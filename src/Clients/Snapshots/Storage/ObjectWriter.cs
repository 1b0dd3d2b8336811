using System.IO.Pipelines;

namespace Drydock.Clients.Snapshots;

/// <summary>An object being written: a pipe to a task that stores it. Writing waits for that task, and fails as it
/// does.</summary>
internal sealed class ObjectWriter : ISnapshotObjectWriter
{
    private const int FullBytes = 2 << 20;

    private readonly CancellationTokenSource _stop = new();
    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: FullBytes, resumeWriterThreshold: FullBytes / 2, minimumSegmentSize: 64 << 10));
    private readonly Task _storing;

    /// <param name="store">Stores what it reads, and completes the object at the end of the pipe. Cancelled, it removes
    /// what it stored.</param>
    internal ObjectWriter(Func<PipeReader, CancellationToken, Task> store)
    {
        Content = _pipe.Writer.AsStream(leaveOpen: true);
        _storing = StoreAsync(store);
    }

    public Stream Content { get; }

    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await _pipe.Writer.CompleteAsync();
        await _storing.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        // The end of the pipe would complete the object.
        await _stop.CancelAsync();
        await _storing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _pipe.Writer.CompleteAsync();
        _stop.Dispose();
    }

    private async Task StoreAsync(Func<PipeReader, CancellationToken, Task> store)
    {
        Exception? failure = null;
        try
        {
            await store(_pipe.Reader, _stop.Token);
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
}
