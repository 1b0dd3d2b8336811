using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Lab;

/// <summary>
/// The server's end of one connection with the MySQL protocol, packet by packet. It can also send invalid packets.
/// </summary>
public sealed class WireSession : IAsyncDisposable
{
    private const int LargestFromClient = 1 << 20;

    private readonly Socket _socket;
    private Stream _stream;

    internal WireSession(Socket socket)
    {
        _socket = socket;
        _socket.NoDelay = true;
        _stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>The number of the next packet of this side.</summary>
    public byte Sequence { get; set; }

    /// <summary>All bytes from the client (decrypted after TLS).</summary>
    public MemoryStream Received { get; } = new();

    /// <summary>Reads a packet's payload; null if the client has disconnected.</summary>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        var header = new byte[4];
        if (!await FillAsync(header, cancellationToken))
        {
            return null;
        }

        var length = header[0] | (header[1] << 8) | (header[2] << 16);
        if (length > LargestFromClient)
        {
            throw new InvalidDataException($"The client sent a packet of {length} bytes.");
        }

        Sequence = (byte)(header[3] + 1);
        var payload = new byte[length];
        return await FillAsync(payload, cancellationToken) ? payload : null;
    }

    /// <summary>Sends payloads as packets, all in one write.</summary>
    public async Task SendAsync(CancellationToken cancellationToken, params IEnumerable<byte[]> payloads)
    {
        using var bytes = new MemoryStream();
        foreach (var payload in payloads)
        {
            bytes.Write(Frame(payload, payload.Length));
        }

        await RawAsync(bytes.ToArray(), cancellationToken);
    }

    /// <summary>A packet whose header may claim another length than its payload has.</summary>
    public byte[] Frame(byte[] payload, int claimedLength)
    {
        ArgumentNullException.ThrowIfNull(payload);
        var frame = new byte[4 + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, claimedLength);
        frame[3] = Sequence++;
        payload.CopyTo(frame, 4);
        return frame;
    }

    /// <summary>Sends bytes as they are.</summary>
    public async Task RawAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(bytes, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    /// <summary>Switches to TLS as the server of the handshake.</summary>
    public async Task StartTlsAsync(X509Certificate2 certificate, CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                EnabledSslProtocols = SslProtocols.None
            },
            cancellationToken);
    }

    /// <summary>Reads until the client closes its end.</summary>
    /// <returns>Number of bytes that still arrived.</returns>
    public async Task<long> UntilClosedAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        long all = 0;
        try
        {
            while (await _stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                Received.Write(buffer, 0, read);
                all += read;
            }
        }
        catch (IOException)
        {
            // A reset also means closed.
        }

        return all;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _socket.Dispose();
        await Received.DisposeAsync();
    }

    private async Task<bool> FillAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var read = await _stream.ReadAtLeastAsync(
                buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            Received.Write(buffer.Span[..read]);
            return read == buffer.Length;
        }
        catch (IOException)
        {
            // A reset also means closed.
            return false;
        }
    }
}
