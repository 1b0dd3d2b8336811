using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Drydock.Clients.Docker;
using Drydock.Clients.Safety;
using Shouldly;
using Xunit;

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
        refusal.Message.ShouldContain("not issued for '127.0.0.1'");
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
        failure.Message.ShouldContain("engine speaks TLS on this port");
        failure.MayHaveBeenProcessed.ShouldBeFalse();
        await serving;
    }

    private async Task PingAsync(X509Certificate2 certificate)
    {
        var pem = Encoding.ASCII.GetBytes(certificate.ExportCertificatePem());
        var material = new DockerTlsMaterial(pem, pem, Encoding.ASCII.GetBytes(_key.ExportPkcs8PrivateKeyPem()));
        var endpoint = DockerEndpoint.Parse($"tcp://127.0.0.1:{Port}") with { Tls = material };
        await using var client = new DockerClientFactory(
            new DockerClientOptions { ReadRetries = 0, Endpoints = EndpointPolicy.Unrestricted }).Create(endpoint);
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
}
