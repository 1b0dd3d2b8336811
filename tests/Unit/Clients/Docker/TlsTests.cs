using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Tests.Unit.Clients.Docker;

public sealed class TlsTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public TlsTests() => _listener.Start();

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose()
    {
        _listener.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task Certificate_of_other_host_is_refused_with_expected_name()
    {
        using var certificate = Certificate("another.example");
        var serving = ServeAsync(certificate);

        var refusal = await Should.ThrowAsync<DockerTlsException>(() => PingAsync(certificate));

        refusal.RefusedBy.ShouldBe(TlsRefusal.Client);
        refusal.Message.ShouldBeWorded(Port);
        refusal.Message.ShouldNotContain("is not signed by the configured authority");
        await serving;
    }

    [Fact]
    public async Task Port_without_tls_is_broken_handshake()
    {
        using var certificate = Certificate("127.0.0.1");
        var serving = AnswerAsync("HTTP/1.1 400 Bad Request\r\n\r\n");

        var failure = await Should.ThrowAsync<DockerTlsException>(() => PingAsync(certificate));

        failure.RefusedBy.ShouldBe(TlsRefusal.Unknown);
        failure.Message.ShouldBeWorded(Port);
        failure.MayHaveBeenProcessed.ShouldBeFalse();
        await serving;
    }

    // In .NET 10 both at once destroy the memory of OpenSSL: wrong errors, or the end of the process.
    [Fact]
    public async Task Sending_direction_is_closed_while_no_read_is_under_way_and_no_byte_is_lost()
    {
        using var certificate = Certificate("127.0.0.1");
        var (near, far) = await PairAsync();
        await using var client = new HalfClosableTlsStream(near);
        await using var server = new SslStream(far);
        await AgreeAsync(client, server, certificate);
        near.WritesDuringRead = 0;

        var read = client.ReadAsync(new byte[4]).AsTask();
        await client.ShutdownAsync();
        read.IsCompleted.ShouldBeFalse();
        await server.WriteAsync("pong"u8.ToArray());

        (await read).ShouldBe(4);
        (await server.ReadAsync(new byte[4])).ShouldBe(0);
        near.WritesDuringRead.ShouldBe(0);
        await Should.ThrowAsync<InvalidOperationException>(() => client.WriteAsync("x"u8.ToArray()).AsTask());
    }

    [Fact]
    public async Task Sending_direction_of_broken_connection_fails_as_input_and_output_do()
    {
        using var certificate = Certificate("127.0.0.1");
        var (near, far) = await PairAsync();
        await using var client = new HalfClosableTlsStream(near);
        await using var server = new SslStream(far);
        await AgreeAsync(client, server, certificate);
        await far.WriteAsync((byte[])[0x17, 3, 3, 0, 40, .. new byte[40]]);
        await Should.ThrowAsync<IOException>(() => client.ReadAsync(new byte[4]).AsTask());

        await Should.ThrowAsync<IOException>(() => client.ShutdownAsync());
    }

    private async Task<(WatchedStream Near, NetworkStream Far)> PairAsync()
    {
        var accepting = _listener.AcceptSocketAsync();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, Port);
        return (new WatchedStream(socket), new NetworkStream(await accepting, ownsSocket: true));
    }

    private static async Task AgreeAsync(SslStream client, SslStream server, X509Certificate2 certificate)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = "127.0.0.1",
            RemoteCertificateValidationCallback = (_, presented, _, _) => certificate.Equals(presented),
        };
        await Task.WhenAll(client.AuthenticateAsClientAsync(options), server.AuthenticateAsServerAsync(certificate));
    }

    private async Task PingAsync(X509Certificate2 certificate)
    {
        var pem = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());
        var material = new DockerTlsMaterial(pem, pem, Encoding.ASCII.GetBytes(_key.ExportPkcs8PrivateKeyPem()));
        var endpoint = DockerEndpoint.Parse($"tcp://127.0.0.1:{Port}") with { Tls = material };
        await using var client = new DockerClient(
            endpoint, new DockerClientOptions { ReadRetries = 0, Endpoints = EndpointPolicy.Unrestricted });
        await client.System.PingAsync();
    }

    private async Task ServeAsync(X509Certificate2 certificate)
    {
        using var connection = await _listener.AcceptTcpClientAsync();
        await using var stream = new SslStream(connection.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = certificate });
            await stream.ReadExactlyAsync(new byte[1]);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Refused by the client, as it should be.
        }
    }

    private async Task AnswerAsync(string text)
    {
        using var connection = await _listener.AcceptTcpClientAsync();
        await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
    }

    private X509Certificate2 Certificate(string host)
    {
        var request = new CertificateRequest($"CN={host}", _key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private sealed class WatchedStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        private int _reads;

        public int WritesDuringRead { get; set; }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _reads);
            try
            {
                return await base.ReadAsync(buffer, cancellationToken);
            }
            finally
            {
                Interlocked.Decrement(ref _reads);
            }
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            WritesDuringRead += Volatile.Read(ref _reads);
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
