using System.Data;
using System.Globalization;
using Drydock.Clients.MySql;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.MySql;

public sealed class ConnectionTests(MariaDbServer server)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_connection_knows_server_session_and_charset()
    {
        var database = await server.CreateDatabaseAsync();
        await using var connection = await server.OpenAsync(database);
        connection.State.ShouldBe(ConnectionState.Open);
        connection.ServerKind.ShouldBe(MySqlServerKind.MariaDb);
        connection.ServerVersion.ShouldContain("MariaDB");
        connection.Database.ShouldBe(database);
        connection.TlsCipher.ShouldBeNull();
        (await ScalarAsync(connection, "SELECT CONNECTION_ID()")).ShouldBe(connection.ConnectionId.ToString(CultureInfo.InvariantCulture));
        (await ScalarAsync(connection, "SELECT @@character_set_client")).ShouldBe("utf8mb4");
        (await ScalarAsync(connection, "SELECT @@character_set_results")).ShouldBe("utf8mb4");
        var identity = await MySqlServer.IdentifyAsync(connection, Token);
        identity.Port.ShouldBe(server.Port);
        identity.Uuid.ShouldBeNull();
        identity.Key.ShouldEndWith(":" + server.Port.ToString(CultureInfo.InvariantCulture));
        (await MySqlServer.VariableAsync(connection, "no_such_variable", Token)).ShouldBeNull();
        await connection.ChangeDatabaseAsync("information_schema", Token);
        connection.Database.ShouldBe("information_schema");
        await connection.CloseAsync();
        connection.State.ShouldBe(ConnectionState.Closed);
        await connection.OpenAsync(Token);
        connection.Database.ShouldBe(database);
    }

    [Fact]
    public async Task Failed_logins_have_error_numbers_and_hide_password()
    {
        var options = server.Options();
        options.Password = "canary-wrong";
        await FailsAsync(options, 1045);
        options = server.Options("t_nowhere");
        await FailsAsync(options, 1049);
        options = server.Options();
        options.Port = 1;
        (await FailsAsync(options, 2002, 2003)).IsTransient.ShouldBeTrue();
        options = server.Options();
        options.UnixSocket = "/nonexistent.sock";
        await FailsAsync(options, 2002);
    }

    [Fact]
    public async Task Synchronous_calls_behave_like_asynchronous_calls()
    {
        using var connection = new MySqlConnection(server.RootOptions());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT @a + 1 AS x";
        command.Parameters.AddWithValue("@a", 41);
        command.ExecuteScalar().ShouldBe(42L);
        using var reader = command.ExecuteReader();
        reader.Read().ShouldBeTrue();
        reader["x"].ShouldBe(42L);
        reader.Read().ShouldBeFalse();
        reader.Close();
        connection.Close();
        await Should.ThrowAsync<InvalidOperationException>(() => command.ExecuteScalarAsync(Token));
        Should.Throw<InvalidOperationException>(() => command.ExecuteScalar());
    }

    [Fact]
    public async Task Tls_checks_are_as_strict_as_SslMode()
    {
        var tls = server.Certificates;
        await AssertTlsAsync(o => o.SslMode = MySqlSslMode.Required);
        await AssertTlsAsync(o => (o.SslMode, o.SslCa) = (MySqlSslMode.VerifyCA, tls.CaPath));
        await AssertTlsAsync(o => (o.SslMode, o.SslCa) = (MySqlSslMode.VerifyFull, tls.CaPath));
        var (authority, other) = (await File.ReadAllTextAsync(tls.CaPath, Token), await File.ReadAllTextAsync(tls.OtherCaPath, Token));
        await AssertTlsAsync(o => (o.SslMode, o.SslCaPem) = (MySqlSslMode.VerifyFull, authority));
        await FailsAsync(Changed(o => (o.SslMode, o.SslCaPem) = (MySqlSslMode.VerifyFull, other)), 2026);
        await AssertTlsAsync(o => (o.SslMode, o.SslCa, o.SslCert, o.SslKey) = (MySqlSslMode.VerifyFull, tls.CaPath, tls.ClientPath, tls.ClientKeyPath));

        // The certificate names 127.0.0.1, not localhost.
        await AssertTlsAsync(o => (o.SslMode, o.SslCa, o.Server) = (MySqlSslMode.VerifyCA, tls.CaPath, "localhost"));
        await FailsAsync(Changed(o => (o.SslMode, o.SslCa, o.Server) = (MySqlSslMode.VerifyFull, tls.CaPath, "localhost")), 2026);
        await FailsAsync(Changed(o => (o.SslMode, o.SslCa) = (MySqlSslMode.VerifyCA, tls.OtherCaPath)), 2026);
        await FailsAsync(Changed(o => (o.SslMode, o.SslCa) = (MySqlSslMode.VerifyFull, tls.OtherCaPath)), 2026);
        await FailsAsync(Changed(o => o.SslMode = MySqlSslMode.VerifyFull), 2026);
        await Should.ThrowAsync<ArgumentException>(() => server.OpenAsync(configure: o => o.SslMode = MySqlSslMode.VerifyCA));
        (await Should.ThrowAsync<ArgumentException>(() => server.OpenAsync(configure: o => (o.SslMode, o.SslCa) = (MySqlSslMode.VerifyCA, "/no/ca.pem")))).Message.ShouldContain("/no/ca.pem");
    }

    [Fact]
    public async Task User_with_X509_requirement_needs_client_certificate()
    {
        await using (var root = new MySqlConnection(server.RootOptions()))
        {
            await root.OpenAsync(Token);
            await MariaDbServer.ExecuteAsync(root, "CREATE USER IF NOT EXISTS x509@'%' IDENTIFIED BY 'x' REQUIRE X509");
        }

        var tls = server.Certificates;
        var options = Changed(o => (o.UserID, o.Password, o.SslMode, o.SslCa) = ("x509", "x", MySqlSslMode.VerifyFull, tls.CaPath));
        await FailsAsync(options, 1045);
        (options.SslCert, options.SslKey) = (tls.ClientPath, tls.ClientKeyPath);
        await using var connection = new MySqlConnection(options);
        await connection.OpenAsync(Token);
    }

    [Fact]
    public async Task Killed_connection_stays_broken()
    {
        await using var connection = await server.OpenAsync();
        await using var other = await server.OpenAsync();
        (await MySqlServer.KillAsync(other, connection.ConnectionId, Token)).ShouldBeTrue();
        (await Should.ThrowAsync<MySqlException>(() => ScalarAsync(connection, "SELECT 1"))).IsConnectionError.ShouldBeTrue();
        connection.State.ShouldBe(ConnectionState.Broken);
        (await Should.ThrowAsync<MySqlException>(() => ScalarAsync(connection, "SELECT 1"))).IsConnectionError.ShouldBeTrue();
        (await MySqlServer.KillAsync(other, 4_000_000_000, Token)).ShouldBeFalse();
    }

    [Fact]
    public async Task Cancelled_open_returns_and_leaves_no_session()
    {
        // A server that accepts and never greets.
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var options = server.Options();
        options.Port = (uint)((System.Net.IPEndPoint)silent.LocalEndpoint).Port;
        options.ConnectionTimeout = 3;
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var connection = new MySqlConnection(options);
        var opening = connection.OpenAsync(cancel.Token);
        using var accepted = await silent.AcceptTcpClientAsync(Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => opening);
        connection.State.ShouldBe(ConnectionState.Closed);

        // The client closes its end.
        (await accepted.GetStream().ReadAsync(new byte[1], Token)).ShouldBe(0);
        options.ConnectionTimeout = 1;
        await FailsAsync(options, 2013, 2002, 2003);
    }

    private async Task AssertTlsAsync(Action<MySqlConnectionStringBuilder> configure)
    {
        await using var connection = await server.OpenAsync(configure: configure);
        connection.TlsCipher.ShouldNotBeNullOrEmpty();
    }

    private MySqlConnectionStringBuilder Changed(Action<MySqlConnectionStringBuilder> configure)
    {
        var options = server.Options();
        configure(options);
        return options;
    }

    private static async Task<MySqlException> FailsAsync(MySqlConnectionStringBuilder options, params int[] numbers)
    {
        await using var connection = new MySqlConnection(options);
        var e = await Should.ThrowAsync<MySqlException>(() => connection.OpenAsync(Token));
        numbers.ShouldContain(e.Number, e.Message);
        e.ToString().ShouldNotContain("canary");
        connection.State.ShouldBe(ConnectionState.Closed);
        return e;
    }

    private static async Task<string?> ScalarAsync(MySqlConnection connection, string sql)
    {
        await using var command = new MySqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(Token), CultureInfo.InvariantCulture);
    }
}
