using System.Security.Cryptography.X509Certificates;

namespace Drydock.Tests.Integration.Clients.MySql;

/// <summary>Logins at servers that want more than they should get, or that never answer.</summary>
public sealed class LoginTests
{
    private const string Password = "canary-Pa55word";
    private const int AuthenticationRefused = 2061;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string> TooMuch => new(
        "mysql_clear_password",
        "dialog",
        "../plugin/dialog",
        "mysql_old_password",
        "sha256_password",
        "client_ed25519");

    [Theory]
    [MemberData(nameof(TooMuch))]
    public async Task Cleartext_plugin_is_refused_as_authentication_switch(string plugin) =>
        await RefusedAsync("mysql_native_password", WirePackets.Switch(plugin), plugin);

    [Theory]
    [MemberData(nameof(TooMuch))]
    public async Task Cleartext_plugin_is_refused_in_server_greeting(string plugin) =>
        await RefusedAsync(plugin, WirePackets.Switch(plugin), plugin);

    [Fact]
    public async Task Switch_to_password_format_before_4_1_is_refused() =>
        await RefusedAsync("mysql_native_password", [0xFE], "tls.mode");

    [Theory]
    [InlineData(new byte[] { 1, 4 })]
    [InlineData(new byte[] { 1, 5, 6 })]
    [InlineData(new byte[] { 1 })]
    public async Task Public_key_request_is_refused_without_tls(byte[] ask)
    {
        var sent = await RefusedAsync("caching_sha2_password", ask, "VerifyIdentity");

        // The login with the answer to the challenge, then nothing: neither the request for a key (2) nor the password.
        sent.ShouldBe(0);
    }

    [Theory]
    [InlineData(MySqlTlsMode.VerifyCA)]
    [InlineData(MySqlTlsMode.VerifyIdentity)]
    public async Task Server_without_tls_receives_nothing_when_tls_is_required(MySqlTlsMode mode)
    {
        var received = new TaskCompletionSource<byte[]>();
        await using var server = new WireServer(async (session, _, stop) =>
        {
            await session.SendAsync(stop, WirePackets.Greeting("caching_sha2_password"));
            await session.UntilClosedAsync(stop);
            received.SetResult(session.Received.ToArray());
        });
        var error = await FailsAsync(Options(server, new MySqlTls { Mode = mode }), 2026);
        error.Message.ShouldContain("TLS");

        // Nothing, or a farewell.
        (await received.Task.WaitAsync(Token) is [] or [1, 0, 0, 0, 1]).ShouldBeTrue();
    }

    [Fact]
    public async Task Fast_caching_sha2_login_works_without_tls()
    {
        await using var server = new WireServer(async (session, _, stop) =>
        {
            await session.SendAsync(stop, WirePackets.Greeting("caching_sha2_password"));
            await session.ReadAsync(stop);
            await session.SendAsync(stop, WirePackets.Switch("caching_sha2_password"));
            await session.ReadAsync(stop);
            await session.SendAsync(stop, (byte[])[1, 3]);
            await WireServer.ServeAsync(session, static _ => Task.FromResult(false), stop);
        });
        await using var session = await MySqlSession.OpenAsync(Options(server), Token);
        session.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public async Task Switch_to_allowed_authentication_plugin_is_answered()
    {
        await using var server = new WireServer(async (session, _, stop) =>
        {
            await session.SendAsync(stop, WirePackets.Greeting("caching_sha2_password"));
            await session.ReadAsync(stop);
            await session.SendAsync(stop, WirePackets.Switch("mysql_native_password"));
            (await session.ReadAsync(stop))!.Length.ShouldBe(20);
            await WireServer.ServeAsync(session, static _ => Task.FromResult(false), stop);
        });
        await using var session = await MySqlSession.OpenAsync(Options(server), Token);
        session.IsOpen.ShouldBeTrue();
    }

    [Theory]
    [InlineData("caching_sha2_password")]
    [InlineData("sha256_password")]
    public async Task Verified_server_that_asks_gets_password_inside_tls(string plugin)
    {
        using var certificate = WireServer.SelfSigned();
        var password = new TaskCompletionSource<byte[]?>();
        await using var server = new WireServer(async (session, _, stop) =>
        {
            await session.SendAsync(stop, WirePackets.Greeting(plugin, WirePackets.Tls));
            await session.ReadAsync(stop);
            await session.StartTlsAsync(certificate, stop);
            await session.ReadAsync(stop);
            await session.SendAsync(stop, WirePackets.Switch(plugin));
            if (plugin == "caching_sha2_password")
            {
                await session.ReadAsync(stop);
                await session.SendAsync(stop, (byte[])[1, 4]);
            }

            password.SetResult(await session.ReadAsync(stop));
            await WireServer.ServeAsync(session, static _ => Task.FromResult(false), stop);
        });
        var tls = new MySqlTls { Mode = MySqlTlsMode.VerifyCA, Authority = certificate.ExportCertificatePem() };
        await using var session = await MySqlSession.OpenAsync(Options(server, tls), Token);
        (await password.Task.WaitAsync(Token)).ShouldBe(Encoding.UTF8.GetBytes(Password + "\0"));
    }

    [Fact]
    public async Task Server_with_unknown_certificate_gets_no_login()
    {
        using var certificate = WireServer.SelfSigned();
        await GetsNoLoginAsync(certificate, new MySqlTls { Mode = MySqlTlsMode.VerifyIdentity });
    }

    // The tools could not verify it.
    [Fact]
    public async Task Fingerprint_of_certificate_whose_authority_is_not_shown_is_refused_with_a_way_out()
    {
        using var authority = WireServer.SelfSigned();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=leaf", key, HashAlgorithmName.SHA256);
        using var leaf = request.Create(
            authority.SubjectName,
            X509SignatureGenerator.CreateForECDsa(authority.GetECDsaPrivateKey()!),
            new DateTimeOffset(authority.NotBefore),
            new DateTimeOffset(authority.NotAfter),
            [1]).CopyWithPrivateKey(key);

        var refusal = await GetsNoLoginAsync(
            leaf, new MySqlTls { Fingerprint = leaf.GetCertHashString(HashAlgorithmName.SHA256) });

        refusal.ShouldContain("mysqldump");
        refusal.ShouldContain("ca.crt");
        refusal.ShouldContain("VerifyCA");
    }

    private static async Task<string> GetsNoLoginAsync(X509Certificate2 certificate, MySqlTls tls)
    {
        var received = new TaskCompletionSource<long>();
        await using var server = new WireServer(async (session, _, stop) =>
        {
            await session.SendAsync(stop, WirePackets.Greeting(more: WirePackets.Tls));
            var request = await session.ReadAsync(stop);
            try
            {
                await session.StartTlsAsync(certificate, stop);
                received.SetResult(request!.Length + await session.UntilClosedAsync(stop));
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                received.SetResult(request!.Length);
            }
        });
        var refusal = await FailsAsync(Options(server, tls), 2026);

        // The request for TLS, which names no user.
        (await received.Task.WaitAsync(Token)).ShouldBe(32);
        return refusal.Message;
    }

    [Fact]
    public async Task Plugin_switch_with_padding_is_refused()
    {
        var padded = new byte[200];
        WirePackets.Switch("mysql_clear_password").CopyTo(padded, 0);
        await RefusedAsync("mysql_native_password", padded, "mysql_clear_password");
    }

    [Theory]
    [InlineData("connect")]
    [InlineData("greeting")]
    [InlineData("login")]
    [InlineData("tls")]
    [InlineData("first statement")]
    [InlineData("one byte at a time")]
    public async Task Cancelled_open_closes_socket_wherever_server_stalls(string where)
    {
        var stalls = new SemaphoreSlim(0);
        var closed = new SemaphoreSlim(0);
        await using var server = new WireServer(async (session, _, stop) =>
        {
            try
            {
                await StallAsync(session, where, stalls, stop);
                await session.UntilClosedAsync(stop);
            }
            finally
            {
                // Also when a write has failed because the client is gone.
                closed.Release();
            }
        });

        // No limit of its own: only the token ends it.
        var options = Options(
            server, new MySqlTls { Mode = where == "tls" ? MySqlTlsMode.VerifyCA : MySqlTlsMode.Disabled }, timeout: 0);
        for (var i = 0; i < 20; i++)
        {
            using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var opening = MySqlSession.OpenAsync(options, cancel.Token);
            await stalls.WaitAsync(Token);
            await cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => opening);

            // No other limit is set: only this client can have closed it.
            await closed.WaitAsync(Token);
        }
    }

    [Fact]
    public async Task Open_ends_at_its_limit_despite_trickling_bytes()
    {
        await using var server = new WireServer(async (session, _, stop) =>
        {
            using var nothing = new SemaphoreSlim(0);
            await StallAsync(session, "one byte at a time", nothing, stop);
            await session.UntilClosedAsync(stop);
        });
        (await FailsAsync(Options(server, timeout: 1), 2013)).Message.ShouldContain("within 1 s");
    }

    private static async Task StallAsync(
        WireSession session, string where, SemaphoreSlim stalls, CancellationToken stop)
    {
        if (where == "connect")
        {
            stalls.Release();
            return;
        }

        var greeting = WirePackets.Greeting(more: where == "tls" ? WirePackets.Tls : 0);
        if (where == "greeting")
        {
            var frame = session.Frame(greeting, greeting.Length);
            await session.RawAsync(frame.AsMemory(0, frame.Length - 3), stop);
            stalls.Release();
            return;
        }

        if (where == "one byte at a time")
        {
            // A version that never ends, a byte whenever the client has had time to read the one before.
            await session.RawAsync((byte[])[0, 15, 0, 0, 10], stop);
            stalls.Release();
            for (var i = 0; i < 3800; i++)
            {
                await session.RawAsync("8"u8.ToArray(), stop);
                await Task.Delay(1, stop);
            }

            return;
        }

        await session.SendAsync(stop, greeting);
        await session.ReadAsync(stop);
        if (where == "first statement")
        {
            await session.SendAsync(stop, WirePackets.Ok);
            await session.ReadAsync(stop);
        }

        stalls.Release();
    }

    private static MySqlOptions Options(WireServer server, MySqlTls? tls = null, int timeout = 15) => new()
    {
        Server = "127.0.0.1",
        Port = server.Port,
        UserID = "u",
        Password = Password,
        Tls = tls ?? new MySqlTls(),
        ConnectionTimeout = timeout,
    };

    /// <returns>Bytes the client sent after the server's question.</returns>
    private static async Task<long> RefusedAsync(string greeted, byte[] ask, string says)
    {
        var after = new TaskCompletionSource<(long Bytes, byte[] All)>();
        await using var server = new WireServer(async (session, _, stop) =>
        {
            var bytes = 0L;
            try
            {
                await session.SendAsync(stop, WirePackets.Greeting(greeted));
                if (await session.ReadAsync(stop) is not null)
                {
                    await session.SendAsync(stop, ask);
                }

                bytes = await session.UntilClosedAsync(stop);
            }
            finally
            {
                // Also if the client left before it was asked.
                after.SetResult((bytes, session.Received.ToArray()));
            }
        });
        var error = await FailsAsync(Options(server), AuthenticationRefused);
        error.Message.ShouldContain(says);
        error.IsTransient.ShouldBeFalse();
        var (sent, all) = await after.Task.WaitAsync(Token);
        Encoding.Latin1.GetString(all).ShouldNotContain(Password);
        return sent;
    }

    private static async Task<MySqlSessionException> FailsAsync(MySqlOptions options, int number)
    {
        var error = await Should.ThrowAsync<MySqlSessionException>(() => MySqlSession.OpenAsync(options, Token));
        error.Number.ShouldBe(number, error.Message);
        error.ToString().ShouldNotContain(Password);
        return error;
    }
}
