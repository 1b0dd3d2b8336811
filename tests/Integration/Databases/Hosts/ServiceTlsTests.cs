using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Tests.Integration.Databases.Hosts;

/// <summary>HTTP over TLS to a process of a database.</summary>
public sealed class ServiceTlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("drydock-tls-").FullName;
    private readonly LabCertificateAuthority _authority = new("theirs");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ServiceTlsTests() => _listener.Start();

    public void Dispose()
    {
        _listener.Dispose();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Service_with_given_authority_is_trusted_and_gets_client_certificate()
    {
        var serving = ServeAsync("127.0.0.1", wantsCertificate: true);
        using var http = Client(_authority, own: true);

        (await http.GetAsync("127.0.0.1", Port, "/status", Token)).ShouldBe(new ServiceAnswer(200, null, "null"));

        (await serving).ShouldBe("CN=operator");
        http.Scheme.ShouldBe("https");
    }

    [Fact]
    public async Task Service_of_another_authority_is_not_trusted()
    {
        using var other = new LabCertificateAuthority("others");
        var serving = ServeAsync("127.0.0.1", wantsCertificate: false);
        using var http = Client(other, own: false);

        await RefusedAsync(http);
        (await serving).ShouldBeNull();
    }

    [Fact]
    public async Task Service_certificate_for_another_host_is_refused()
    {
        var serving = ServeAsync("192.0.2.1", wantsCertificate: false);
        using var http = Client(_authority, own: false);

        await RefusedAsync(http);
        (await serving).ShouldBeNull();
    }

    [Fact]
    public async Task Service_without_TLS_gives_no_answer()
    {
        var serving = PlainAsync();
        using var http = Client(_authority, own: false);

        await Should.ThrowAsync<ServiceException>(() => http.GetAsync("127.0.0.1", Port, "/status", Token));
        await serving;
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    private async Task RefusedAsync(ServiceHttp http)
    {
        var trouble = await Should.ThrowAsync<ServiceException>(
            () => http.SendAsync(HttpMethod.Post, "127.0.0.1", Port, "/x", "{}", Token));
        (trouble.Reason, trouble.IsRequestNotTaken).ShouldBe((Reasons.AccessDenied, true), trouble.Message);
    }

    private ServiceHttp Client(LabCertificateAuthority authority, bool own)
    {
        var issued = authority.Issue(Path.Combine(_folder, Guid.NewGuid().ToString("N")), "operator", "operator");
        var material = new ServiceTlsMaterial(
            File.ReadAllBytes(issued.AuthorityPath), own ? File.ReadAllBytes(issued.CertificatePath) : null,
            own ? File.ReadAllBytes(issued.KeyPath) : null);
        return new ServiceHttp(material, TimeProvider.System, EndpointPolicy.Unrestricted);
    }

    // The subject of the client's certificate; null if there was no handshake.
    private async Task<string?> ServeAsync(string host, bool wantsCertificate)
    {
        var issued = _authority.Issue(Path.Combine(_folder, "server"), "server", "server", hosts: [host]);
        using var certificate = X509Certificate2.CreateFromPemFile(issued.CertificatePath, issued.KeyPath);
        using var authority = _authority.PublicCertificate;
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck
        };
        policy.CustomTrustStore.Add(authority);
        using var client = await _listener.AcceptTcpClientAsync(Token);
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificate = certificate,
                    ClientCertificateRequired = wantsCertificate,
                    CertificateChainPolicy = policy
                },
                Token);
            var read = await tls.ReadAsync(new byte[8192], Token);
            if (read == 0)
            {
                return null;
            }

            await tls.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull"), Token);
            return tls.RemoteCertificate?.Subject ?? "";
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            return null;
        }
    }

    private async Task PlainAsync()
    {
        using var client = await _listener.AcceptTcpClientAsync(Token);
        await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Token);
    }
}
