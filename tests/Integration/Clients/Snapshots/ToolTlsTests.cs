using System.Security.Cryptography.X509Certificates;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>The tools verify a server as the operator's own sessions do.</summary>
public sealed class ToolTlsTests(MariaDbServer server) : IClassFixture<MariaDbServer>
{
    private readonly SnapshotToolOptions _tools = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // The certificate does not name 127.1.
    [Theory]
    [InlineData(MySqlTlsMode.VerifyIdentity, "127.0.0.1", false)]
    [InlineData(MySqlTlsMode.VerifyCA, "127.1", false)]
    [InlineData(MySqlTlsMode.Disabled, "127.1", true)]
    public async Task Dump_and_load_use_the_TLS_of_the_session(MySqlTlsMode mode, string host, bool pinned)
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 5);
        await using var root = await server.ConnectRootAsync();
        var user = $"tls_{Guid.NewGuid():N}"[..20];
        await MariaDbServer.ExecuteAsync(root, $"CREATE USER {user}@'%' IDENTIFIED BY 'canary-x' REQUIRE SSL");
        await MariaDbServer.ExecuteAsync(root, $"GRANT ALL ON *.* TO {user}@'%'");
        using var shown = X509Certificate2.CreateFromPem(
            await File.ReadAllTextAsync(server.Certificates.ServerPath, Token));
        var secure = server.Options(host: host, user: user, password: "canary-x", tls: new MySqlTls
        {
            Mode = mode,
            Authority = pinned ? null : await File.ReadAllTextAsync(server.Certificates.CaPath, Token),
            Fingerprint = pinned ? shown.GetCertHashString(HashAlgorithmName.SHA256) : null,
        });
        foreach (var tool in Enum.GetValues<DumpToolKind>())
        {
            var location = folder.At($"{tool}");
            await new Snapshotter().TakeAsync(
                new SnapshotRequest { Location = location, Connection = secure, Databases = [database], Tool = tool },
                Token);
            await new SnapshotLoader().RestoreAsync(
                new SnapshotLoadRequest { Location = location, Connection = secure, Database = database }, Token);
        }

        await MariaDbServer.ExecuteAsync(root, $"DROP USER {user}@'%'");
    }

    [Theory]
    [InlineData(MySqlTlsMode.VerifyIdentity)]
    [InlineData(MySqlTlsMode.VerifyCA)]
    public async Task No_tool_logs_in_to_server_of_another_authority(MySqlTlsMode mode)
    {
        using var folder = new TemporaryStorage();
        var database = await SampleDatabase.CreateAsync(server, rows: 5);
        var other = TestCertificates.Create(Path.Combine(folder.Root, "tls"));
        var options = server.Options(
            tls: new MySqlTls { Mode = mode, Authority = await File.ReadAllTextAsync(other.CaPath, Token) });
        var job = new DumpJob
        {
            Connection = options,
            Database = database,
            SnapshotId = "s",
            Flags = ["--single-transaction"],
            Threads = 1,
        };

        await RefusedAsync(() => new MySqlDumpTool(_tools).DumpAsync(
            job, static (output, token) => output.Content.CopyToAsync(Stream.Null, token), Token));
        await RefusedAsync(() => new MyDumperRows(
            _tools, job with { Flags = [] }, ["--no-schemas"], MySqlServerKind.MariaDb).RunAsync(
                [], static (_, _) => Task.CompletedTask, Token));
        await RefusedAsync(() => new ClientTool(_tools).RunAsync(
            options,
            database,
            "SELECT CONNECTION_ID(), 1;\n",
            "",
            static _ => Task.CompletedTask,
            static input => input.WriteAsync(Encoding.UTF8.GetBytes("DROP TABLE a;\n")).AsTask(),
            Token));
    }

    private static async Task RefusedAsync(Func<Task> run)
    {
        var refusal = await Should.ThrowAsync<SnapshotException>(run);
        refusal.Message.ShouldMatch("(?i)certificate|ssl|tls");
        refusal.ToString().ShouldNotContain("canary");
    }
}
