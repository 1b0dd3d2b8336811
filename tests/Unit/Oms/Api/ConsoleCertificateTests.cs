using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Tests.Unit.Oms;

/// <summary>Which console gets the password: real TLS on loopback, with certificates as people make them.</summary>
public sealed class ConsoleCertificateTests : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<string> _received = [];

    public ConsoleCertificateTests() => _listener.Start();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _listener.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task Self_signed_console_is_refused_until_it_is_the_authority()
    {
        using var certificate = Certificate("127.0.0.1");

        var refusal = await RefusedAsync(certificate, Target());

        refusal.Kind.ShouldBe(OmsApiErrorKind.Untrusted);
        refusal.Message.ShouldContain("it is self-signed (subject CN=console, valid until");
        refusal.Message.ShouldContain("a self-signed certificate itself, into the key ca.crt");
        _received.ShouldBeEmpty("no byte of a request, least of all the password");

        await AnsweredAsync(certificate, Target(certificate));
    }

    [Fact]
    public async Task Certificate_that_is_no_authority_can_be_trusted_itself()
    {
        using var certificate = Certificate("127.0.0.1", isAuthority: false);

        await AnsweredAsync(certificate, Target(certificate));
    }

    [Fact]
    public async Task Other_certificate_of_the_same_name_is_refused()
    {
        using var trusted = Certificate("127.0.0.1");
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = Certificate("127.0.0.1", key: key);

        (await RefusedAsync(other, Target(trusted))).Kind.ShouldBe(OmsApiErrorKind.Untrusted);
        _received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Authority_and_server_name_admit_a_certificate_for_a_name()
    {
        using var certificate = Certificate("oms.example");

        var refusal = await RefusedAsync(certificate, Target(certificate));
        refusal.Kind.ShouldBe(OmsApiErrorKind.Untrusted);
        refusal.Message.ShouldContain(
            "it is issued for oms.example, not for 127.0.0.1 (the key serverName can name the former)");

        await AnsweredAsync(certificate, Target(certificate) with { ServerName = "oms.example" });
    }

    [Fact]
    public async Task Server_name_does_not_admit_another_certificate()
    {
        using var certificate = Certificate("127.0.0.1");

        (await RefusedAsync(certificate, Target(certificate) with { ServerName = "oms.example" })).Message
            .ShouldContain("it is issued for 127.0.0.1, not for oms.example");
        (await RefusedAsync(certificate, Target() with { ServerName = "127.0.0.1" })).Message
            .ShouldContain("it is self-signed");
        _received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Expired_certificate_is_refused_as_such()
    {
        using var certificate = Certificate("127.0.0.1", validFor: TimeSpan.FromDays(-1));

        (await RefusedAsync(certificate, Target(certificate))).Message.ShouldContain("has expired");
    }

    [Fact]
    public async Task Untrusted_console_is_asked_only_once()
    {
        using var certificate = Certificate("127.0.0.1");
        var serving = ServeAsync(certificate);
        using var api = Open(Target());

        await Should.ThrowAsync<OmsApiException>(() => api.ProgressAsync("np_1", Token));

        await serving;
        _listener.Pending().ShouldBeFalse("a repetition would be refused as well");
    }

    private async Task AnsweredAsync(X509Certificate2 certificate, OmsApiTarget target)
    {
        var serving = ServeAsync(certificate);
        using var api = Open(target);

        await api.ProgressAsync("np_1", Token);

        await serving;
        _received.ShouldHaveSingleItem().ShouldContain("Authorization: Basic");
    }

    private async Task<OmsApiException> RefusedAsync(X509Certificate2 certificate, OmsApiTarget target)
    {
        var serving = ServeAsync(certificate);
        using var api = Open(target);
        var refusal = await Should.ThrowAsync<OmsApiException>(() => api.ProgressAsync("np_1", Token));
        await serving;
        return refusal;
    }

    private OmsApiTarget Target(X509Certificate2? authority = null) =>
        new(
            new Uri($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}"), "u",
            new Secret("not-a-password"), authority?.ExportCertificatePem());

    private static HttpOmsApi Open(OmsApiTarget target) =>
        new(target, EndpointPolicy.Unrestricted, TimeProvider.System);

    // One connection, one request.
    private async Task ServeAsync(X509Certificate2 certificate)
    {
        using var connection = await _listener.AcceptTcpClientAsync(Token);
        await using var stream = new SslStream(connection.GetStream());
        try
        {
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = certificate }, Token);
            var buffer = new byte[64 * 1024];
            var length = await stream.ReadAsync(buffer, Token);
            if (length == 0)
            {
                return;
            }

            _received.Add(System.Text.Encoding.ASCII.GetString(buffer, 0, length));
            const string Body = """{"success":true,"data":{"id":"np_1","status":"RUNNING"}}""";
            await stream.WriteAsync(
                System.Text.Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Body.Length}\r\n"
                    + $"Connection: close\r\n\r\n{Body}"),
                Token);
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // Refused by the client.
        }
    }

    private X509Certificate2 Certificate(
        string name, TimeSpan? validFor = null, bool isAuthority = true, ECDsa? key = null)
    {
        var request = new CertificateRequest("CN=console", key ?? _key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-9), now + (validFor ?? TimeSpan.FromDays(9)));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
