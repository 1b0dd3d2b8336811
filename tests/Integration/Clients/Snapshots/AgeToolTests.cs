namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>What age waits for may never come: then nobody waits for age.</summary>
public sealed class AgeToolTests
{
    // More than all pipes and buffers between the two ends take.
    private const int Much = 16 << 20;


    private readonly AgeTool _age = new(new SnapshotToolOptions());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Age_encryption_fails_with_error_of_failing_storage()
    {
        await using var full = new Failing(after: 1 << 20);
        var failed = await Should.ThrowAsync<IOException>(
            () => EncryptAsync(full, Token).WaitAsync(Deadline.Default, Token));
        failed.Message.ShouldBe(Failing.Words);
    }

    [Fact]
    public async Task Cancelled_age_encryption_into_hanging_storage_ends()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var stuck = new Failing(after: 1 << 20) { Hangs = true };
        var encrypting = EncryptAsync(stuck, cancel.Token);
        await stuck.Reached.WaitAsync(Deadline.Default, Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => encrypting.WaitAsync(Deadline.Default, Token));
    }

    [Fact]
    public async Task Age_decryption_fails_with_error_of_failing_source()
    {
        var (identity, recipient) = Stock.NewIdentity();
        using var sealedBytes = new MemoryStream();
        await _age.EncryptAsync(
            [recipient], sealedBytes, async input => await input.WriteAsync(new byte[Much], Token), Token);
        sealedBytes.Position = 0;
        await using var source = new Failing(after: Much / 2, sealedBytes);
        var failed = await Should.ThrowAsync<IOException>(
            () => _age.DecryptAsync(identity, source, content => content.CopyToAsync(Stream.Null, Token), Token)
                .WaitAsync(Deadline.Default, Token));
        failed.Message.ShouldBe(Failing.Words);
    }

    private Task EncryptAsync(Stream target, CancellationToken cancellationToken) =>
        _age.EncryptAsync(
            [Stock.NewIdentity().Recipient], target,
            async input => await input.WriteAsync(new byte[Much], cancellationToken), cancellationToken);

    // Takes or gives some bytes, and then fails, or nothing more happens.
    private sealed class Failing(long after, Stream? inner = null) : Stream
    {
        internal const string Words = "no space left";

        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _left = after;

        internal Task Reached => _reached.Task;

        internal bool Hangs { get; init; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await CountAsync(buffer.Length, cancellationToken);
            return await inner!.ReadAsync(buffer, cancellationToken);
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            await CountAsync(buffer.Length, cancellationToken);

        private async Task CountAsync(int bytes, CancellationToken cancellationToken)
        {
            if ((_left -= bytes) > 0)
            {
                return;
            }

            _reached.TrySetResult();
            if (Hangs)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }

            throw new IOException(Words);
        }
    }
}
