using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Drydock.Reconcilers.Databases;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Databases;

/// <summary>One client that is led through a connection.</summary>
public sealed class SocketRelayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_pass_in_both_directions()
    {
        var (up, down) = (new Pipe(), new Pipe());
        await using var far = new Both(down.Reader.AsStream(), up.Writer.AsStream());
        await using var relay = SocketRelay.Listen(_ => Task.FromResult<Stream>(far));
        using var client = await ClientAsync(relay);

        await client.SendAsync("question"u8.ToArray(), Token);
        var asked = await up.Reader.ReadAtLeastAsync(8, Token);
        await down.Writer.WriteAsync("answer"u8.ToArray(), Token);
        var answer = new byte[6];
        await new NetworkStream(client).ReadExactlyAsync(answer, Token);

        Encoding.ASCII.GetString(asked.Buffer.FirstSpan).ShouldBe("question");
        Encoding.ASCII.GetString(answer).ShouldBe("answer");
        (await relay.EndAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Failed_connection_ends_the_client_and_is_kept()
    {
        await using var relay = SocketRelay.Listen(_ => throw new IOException("no way to the host"));
        using var client = await ClientAsync(relay);

        (await client.ReceiveAsync(new byte[1], Token)).ShouldBe(0);

        (await relay.EndAsync()).ShouldNotBeNull().Message.ShouldBe("no way to the host");
    }

    [Fact]
    public async Task Relay_without_client_leaves_no_file()
    {
        var relay = SocketRelay.Listen(_ => throw new IOException("never asked"));
        File.Exists(relay.Path).ShouldBeTrue();

        await relay.DisposeAsync();

        File.Exists(relay.Path).ShouldBeFalse();
    }

    private static async Task<Socket> ClientAsync(SocketRelay relay)
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(relay.Path), Token);
        return client;
    }

    // Reads from one stream and writes to another.
    private sealed class Both(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => output.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => input.Read(buffer, offset, count);

        public override void Write(byte[] buffer, int offset, int count) => output.Write(buffer, offset, count);

        public override void Flush() => output.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
