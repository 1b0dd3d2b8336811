using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Drydock.Tests.Integration.Clients.MySql;

public sealed class ConnectionTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_session_knows_server_and_charset()
    {
        var database = await server.CreateDatabaseAsync();
        await using var session = await server.OpenAsync(database);
        session.IsOpen.ShouldBeTrue();
        session.Kind.ShouldBe(MySqlServerKind.MariaDb);
        session.Version.ShouldContain("MariaDB");
        session.Peer.ShouldBe(new IPEndPoint(IPAddress.Loopback, server.Port));
        (await session.NumberAsync("SELECT CONNECTION_ID()", Token)).ShouldBe((long)session.Id);
        (await session.RowAsync("SELECT @@character_set_client, @@character_set_results, DATABASE()", Token))
            .ShouldBe(["utf8mb4", "utf8mb4", database]);
        (await CipherAsync(session)).ShouldBeEmpty();
        var identity = await MySqlServer.IdentifyAsync(session, Token);
        identity.Key.ShouldEndWith(":" + server.Port.ToString(CultureInfo.InvariantCulture));
        (await MySqlServer.VariableAsync(session, "no_such_variable", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Failed_logins_have_error_numbers_and_hide_password()
    {
        await FailsAsync(server.Options(password: "canary-wrong"), 1045);
        await FailsAsync(server.Options("t_nowhere"), 1049);
        (await FailsAsync(server.Options(port: 1), 2002)).IsTransient.ShouldBeTrue();
        await FailsAsync(server.Options(host: "nowhere.invalid"), 2005);
    }

    [Fact]
    public async Task Certificate_is_verified_as_strictly_as_the_mode_says()
    {
        var tls = server.Certificates;
        var (authority, other) =
            (await File.ReadAllTextAsync(tls.CaPath, Token), await File.ReadAllTextAsync(tls.OtherCaPath, Token));
        await AcceptedAsync(new MySqlTls { Mode = MySqlTlsMode.VerifyCA, Authority = authority });
        await AcceptedAsync(new MySqlTls { Mode = MySqlTlsMode.VerifyIdentity, Authority = authority });
        foreach (var mode in (MySqlTlsMode[])[MySqlTlsMode.VerifyCA, MySqlTlsMode.VerifyIdentity])
        {
            (await RefusedAsync(new MySqlTls { Mode = mode, Authority = other })).ShouldContain("not signed");
            (await RefusedAsync(new MySqlTls { Mode = mode })).ShouldContain("not signed");
            (await RefusedAsync(new MySqlTls { Mode = mode, Authority = "no certificate" })).ShouldContain("ca.crt");
        }

        // The certificate names 127.0.0.1, not localhost.
        await AcceptedAsync(new MySqlTls { Mode = MySqlTlsMode.VerifyCA, Authority = authority }, "localhost");
        (await RefusedAsync(new MySqlTls { Mode = MySqlTlsMode.VerifyIdentity, Authority = authority }, "localhost"))
            .ShouldContain("'localhost'");
    }

    [Fact]
    public async Task Refused_certificate_says_fingerprint_that_lets_it_in()
    {
        var fingerprint = await FingerprintAsync();
        var refusal = await RefusedAsync(new MySqlTls { Mode = MySqlTlsMode.VerifyIdentity });
        refusal.ShouldContain($"set tls.fingerprint to {fingerprint}");
        refusal.ShouldContain("ca.pem");
        refusal.ShouldContain("VerifyCA");

        // Whoever signed it, and whatever it names.
        await AcceptedAsync(new MySqlTls { Fingerprint = fingerprint }, "localhost");
        await AcceptedAsync(
            new MySqlTls { Mode = MySqlTlsMode.VerifyIdentity, Fingerprint = fingerprint }, "localhost");
        await AcceptedAsync(new MySqlTls { Fingerprint = fingerprint.Replace(":", "", StringComparison.Ordinal) });
        await AcceptedAsync(new MySqlTls { Fingerprint = fingerprint.ToLowerInvariant() });
        var another = fingerprint[..^1] + (fingerprint[^1] == '0' ? '1' : '0');
        (await RefusedAsync(new MySqlTls { Fingerprint = another })).ShouldContain(fingerprint);
    }

    [Fact]
    public async Task Killed_session_stays_ended()
    {
        await using var session = await server.OpenAsync();
        await using var other = await server.OpenAsync();
        (await MySqlServer.KillAsync(other, session.Id, Token)).ShouldBeTrue();
        (await Should.ThrowAsync<MySqlSessionException>(() => session.ScalarAsync("SELECT 1", Token)))
            .IsConnectionError.ShouldBeTrue();
        session.IsOpen.ShouldBeFalse();
        var again = await Should.ThrowAsync<MySqlSessionException>(() => session.ScalarAsync("SELECT 1", Token));
        again.IsConnectionError.ShouldBeTrue();
        again.Message.ShouldContain("open a new one");
        (await MySqlServer.KillAsync(other, 4_000_000_000, Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task Session_that_ends_under_a_statement_ends_the_statement()
    {
        await using var other = await server.OpenAsync();
        var session = await server.OpenAsync();
        session.CommandTimeout = 0;
        var running = session.ExecuteAsync("SELECT SLEEP(1000)", Token);
        await CommandTests.UntilRunningAsync(other, session.Id);
        await session.DisposeAsync();
        await Should.ThrowAsync<MySqlSessionException>(() => running);
        session.IsOpen.ShouldBeFalse();
    }

    [Fact]
    public async Task Cancelled_open_returns_and_leaves_no_connection()
    {
        // A server that accepts and never greets.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var opening = MySqlSession.OpenAsync(server.Options(port: port, connectionTimeout: 0), cancel.Token);
        using var accepted = await silent.AcceptTcpClientAsync(Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => opening);

        // The client closes its end.
        (await accepted.GetStream().ReadAsync(new byte[1], Token)).ShouldBe(0);
        (await FailsAsync(server.Options(port: port, connectionTimeout: 1), 2013)).Message.ShouldContain("within 1 s");
    }

    private async Task<string> FingerprintAsync()
    {
        using var certificate = X509Certificate2.CreateFromPem(
            await File.ReadAllTextAsync(server.Certificates.ServerPath, Token));
        return string.Join(
            ':', Convert.ToHexString(certificate.GetCertHash(HashAlgorithmName.SHA256)).Chunk(2).Select(
                static digits => new string(digits)));
    }

    private async Task AcceptedAsync(MySqlTls tls, string host = "127.0.0.1")
    {
        await using var session = await MySqlSession.OpenAsync(server.Options(tls: tls, host: host), Token);
        (await CipherAsync(session)).ShouldNotBeNullOrEmpty();
    }

    private async Task<string> RefusedAsync(MySqlTls tls, string host = "127.0.0.1") =>
        (await FailsAsync(server.Options(tls: tls, host: host), 2026)).Message;

    private static async Task<string?> CipherAsync(MySqlSession session) =>
        (await session.RowAsync("SHOW SESSION STATUS LIKE 'Ssl_cipher'", Token))![1];

    private static async Task<MySqlSessionException> FailsAsync(MySqlOptions options, int number)
    {
        var error = await Should.ThrowAsync<MySqlSessionException>(() => MySqlSession.OpenAsync(options, Token));
        error.Number.ShouldBe(number, error.Message);
        error.ToString().ShouldNotContain("canary");
        return error;
    }
}
