using System.Threading.Tasks.Sources;
using Docker.DotNet.Handler.Abstractions;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// A connection over which a host goes on answering one life. What waits for the host is resumed by the life's own
/// scheduler, outside of any: the client below has no context, and must not leave the thread of the world.
/// </summary>
internal sealed class WorldStream(WorldScheduler scheduler, Action<WorldStream>? closed = null)
    : WriteClosableStream, IValueTaskSource<int>
{
    private readonly Lock _gate = new();
    private readonly Queue<byte[]> _said = new();
    private readonly TaskCompletionSource _closed = new();
    private (Action<object?> Continuation, object? State)? _waiter;
    private Memory<byte> _buffer;
    private CancellationToken _cancellation;
    private CancellationTokenRegistration _registration;
    private int _taken;
    private byte[]? _endless;
    private bool _hasEnded;
    private bool _isBroken;
    private string _written = "";
    private bool _isInputClosed;
    private TaskCompletionSource? _more;

    /// <summary>The life has left it.</summary>
    public Task Closed => _closed.Task;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override bool CanCloseWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Say(byte[] bytes) => Change(() => _said.Enqueue(bytes));

    public void SayWithoutEnd(byte[] bytes) => Change(() => _endless = bytes);

    public void End() => Change(() => _hasEnded = true);

    public void Break() => Change(() => _isBroken = true);

    /// <summary>The next line that the life writes; null at the end of its input.</summary>
    public async Task<string?> LineAsync()
    {
        while (true)
        {
            if (_written.IndexOf('\n', StringComparison.Ordinal) is var end and >= 0)
            {
                var line = _written[..end];
                _written = _written[(end + 1)..];
                return line;
            }

            if (_isInputClosed)
            {
                return null;
            }

            _more = new TaskCompletionSource();
            await _more.Task;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        (_buffer, _cancellation) = (buffer, cancellationToken);
        lock (_gate)
        {
            if (_said.Count > 0 && !cancellationToken.IsCancellationRequested)
            {
                return new ValueTask<int>(Take());
            }
        }

        _registration = cancellationToken.UnsafeRegister(static self => ((WorldStream)self!).Signal(), this);
        return new ValueTask<int>(this, 0);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_hasEnded || _isBroken || _isInputClosed)
        {
            return ValueTask.FromException(new IOException("Broken pipe"));
        }

        _written += Encoding.UTF8.GetString(buffer.Span);
        _more?.TrySetResult();
        return ValueTask.CompletedTask;
    }

    /// <summary>As SslStream ends its direction: once, and never after it was left.</summary>
    public override void CloseWrite()
    {
        ObjectDisposedException.ThrowIf(_closed.Task.IsCompleted, this);
        if (_isInputClosed)
        {
            throw new InvalidOperationException("The write direction is closed already.");
        }

        EndInput();
    }

    private void EndInput()
    {
        _isInputClosed = true;
        _more?.TrySetResult();
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        lock (_gate)
        {
            return IsReady() ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;
        }
    }

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        lock (_gate)
        {
            if (!IsReady())
            {
                _waiter = (continuation, state);
                return;
            }
        }

        scheduler.Resume(continuation, state);
    }

    public int GetResult(short token)
    {
        _registration.Dispose();
        _cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return Take();
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (_closed.TrySetResult())
        {
            EndInput();
            closed?.Invoke(this);
        }

        base.Dispose(disposing);
    }

    private bool IsReady() =>
        _said.Count > 0 || _endless is not null || _hasEnded || _isBroken || _cancellation.IsCancellationRequested;

    private int Take()
    {
        if (_said.Count == 0)
        {
            if (_isBroken)
            {
                throw new IOException("The connection broke.");
            }

            if (_endless is null)
            {
                return 0;
            }

            _said.Enqueue(_endless);
        }

        var piece = _said.Peek();
        var length = Math.Min(piece.Length - _taken, _buffer.Length);
        piece.AsSpan(_taken, length).CopyTo(_buffer.Span);
        _taken += length;
        if (_taken == piece.Length)
        {
            _taken = 0;
            _said.Dequeue();
        }

        return length;
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
        }

        Signal();
    }

    private void Signal()
    {
        (Action<object?> Continuation, object? State)? waiter;
        lock (_gate)
        {
            (waiter, _waiter) = (_waiter, null);
        }

        if (waiter is { } woken)
        {
            scheduler.Resume(woken.Continuation, woken.State);
        }
    }
}

/// <summary>The body of an answer that is a stream of its own.</summary>
internal sealed class WorldContent(Stream stream) : HttpContent
{
    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(stream);

    protected override Task SerializeToStreamAsync(Stream target, System.Net.TransportContext? context) =>
        throw new NotSupportedException();

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        stream.Dispose();
        base.Dispose(disposing);
    }
}
