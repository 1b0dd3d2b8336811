namespace Drydock.Clients.Ssh;

/// <summary>A child process as a connection: its stdout is read, its stdin is written, and its stderr is kept for error
/// messages. Disposing it ends the child.</summary>
internal sealed class ProcessStream : Stream
{
    private const int MaxErrorBytes = 4096;
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly bool _hasChildren;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly Stream _errorOutput;
    private readonly Task<string> _errors;
    private int _disposed;

    public ProcessStream(Process process, bool hasChildren = false)
    {
        _process = process;
        _hasChildren = hasChildren;
        _input = process.StandardInput.BaseStream;
        _output = process.StandardOutput.BaseStream;
        _errorOutput = process.StandardError.BaseStream;
        _errors = ReadErrorsAsync(_errorOutput);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Waits a short time for the child to end, then kills it; returns its exit code and the end of its
    /// stderr.</summary>
    public async Task<(int ExitCode, string Errors)> EndAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(ExitLimit);
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Kill();
            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        var result = (_process.ExitCode, await _errors.ConfigureAwait(false));
        await DisposeAsync().ConfigureAwait(false);
        return result;
    }

    public ValueTask CloseInputAsync() => _input.DisposeAsync();

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _output.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _input.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        await _input.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => _input.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => _output.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count)
    {
        _input.Write(buffer, offset, count);
        _input.Flush();
    }

    public override void Flush() => _input.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Kill();

            // Process leaves redirected pipes open until they are garbage collected.
            _input.Dispose();
            _output.Dispose();
            _errorOutput.Dispose();
            _process.Dispose();
        }

        base.Dispose(disposing);
    }

    private static async Task<string> ReadErrorsAsync(Stream stream)
    {
        var kept = new Queue<byte>();
        var buffer = new byte[1024];
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
            {
                foreach (var b in buffer.AsSpan(0, read))
                {
                    kept.Enqueue(b);
                    if (kept.Count > MaxErrorBytes)
                    {
                        kept.Dequeue();
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // This client ended the child; the text so far is complete.
        }

        return Encoding.UTF8.GetString([.. kept]);
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: _hasChildren);
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
        }
    }
}
