namespace Drydock.Clients.Ssh;

/// <summary>A connection that sshd of a host opens (<c>ssh -W</c>). The ssh program says nothing when it is open. That
/// sshd could not open it shows as an end before the first byte.</summary>
/// <param name="process">The ssh program.</param>
/// <param name="describe">What happened, from its exit code and its errors.</param>
internal sealed class ForwardedStream(ProcessStream process, Func<int, string, RemoteException> describe) : Stream
{
    // sshd has answered that it could not connect.
    private const string Refused = "open refused by peer";

    private bool _hasRead;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await process.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read > 0 || _hasRead || buffer.Length == 0)
        {
            _hasRead |= read > 0;
            return read;
        }

        _hasRead = true;
        var (exitCode, errors) = await process.EndAsync(cancellationToken).ConfigureAwait(false);
        if (exitCode == 0)
        {
            return 0;
        }

        var failure = describe(exitCode, errors);
        throw new IOException(
            failure.Message,
            errors.Contains(Refused, StringComparison.OrdinalIgnoreCase)
                ? new SocketException((int)SocketError.ConnectionRefused, failure.Message)
                : failure);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A broken pipe says less than the end of what is read.
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await process.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException) when (!_hasRead)
        {
            var left = new byte[1];
            await ReadAsync(left, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => process.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => process.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => process.Write(buffer, offset, count);

    public override void Flush() => process.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await process.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            process.Dispose();
        }

        base.Dispose(disposing);
    }
}
