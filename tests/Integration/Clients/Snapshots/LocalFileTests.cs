using System.Text;
using Drydock.Clients.MySql;
using Drydock.Clients.Safety;
using Drydock.Clients.Snapshots;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// No dump and no server gets a file of the operator's pod, and no dump runs what a dump does not hold.
/// </summary>
public sealed class LocalFileTests : IDisposable
{
    private const string Canary = "canary-of-a-file-of-the-pod";

    private readonly string _folder = Directory.CreateTempSubdirectory("drydock-canary-").FullName;
    private readonly SnapshotToolOptions _tools = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string CanaryFile => Path.Combine(_folder, "token");

    private string Load => $"LOAD DATA LOCAL INFILE '{CanaryFile}' INTO TABLE t;\n";

    public LocalFileTests() => File.WriteAllText(CanaryFile, Canary);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Myloader_sends_no_file_for_LOAD_DATA_in_dump()
    {
        await using var server = new FileAskingServer(CanaryFile, always: false);
        using (var open = MemoryFile.Create("open", Encoding.UTF8.GetBytes(Text(server))))
        {
            // Without the option the file goes out: what follows can fail.
            await RunMyLoaderAsync(server, $"--defaults-file={open.Path}");
            server.Received.ShouldBe(Encoding.UTF8.GetBytes(Canary));
        }

        await using var second = new FileAskingServer(CanaryFile, always: false);
        using var secret = SecretOptionFile.Create(second.Options, ToolVendor.MariaDb, "SET @drydock=1");
        await RunMyLoaderAsync(second, MyLoader.Arguments(secret, second.Options, Rows(), "t", threads: 1));
        second.Asked.ShouldBeGreaterThan(0);
        second.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Mysql_client_sends_no_file_and_runs_no_dump_command()
    {
        await using var server = new FileAskingServer(CanaryFile, always: false);
        var proof = Path.Combine(_folder, "proof");
        var sql = $"\\! touch {proof}\nsystem touch {proof}\n;\nsource {CanaryFile}\n;\n\\. {CanaryFile}\n;\n{Load}";
        await Should.ThrowAsync<SnapshotException>(() => new ClientTool(_tools).RunAsync(
            server.Options, "t", opening: null, static _ => Task.CompletedTask, async input => await input.WriteAsync(Encoding.UTF8.GetBytes(sql), Token), Token));
        server.Received.ShouldBeEmpty();
        File.Exists(proof).ShouldBeFalse();

        await using var second = new FileAskingServer(CanaryFile, always: false);
        await Should.ThrowAsync<SnapshotException>(() => new ClientTool(_tools).RunAsync(
            second.Options, "t", opening: null, static _ => Task.CompletedTask, async input => await input.WriteAsync(Encoding.UTF8.GetBytes(Load), Token), Token));
        second.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Dump_tools_send_no_file_to_asking_server()
    {
        await using var server = new FileAskingServer(CanaryFile, always: true);
        var job = new DumpJob { Connection = server.Options, Database = "t", SnapshotId = "s", Flags = ["--single-transaction"], Threads = 1 };
        await Should.ThrowAsync<SnapshotException>(() => new MySqlDumpTool(_tools).DumpAsync(job, static (o, token) => o.Content.CopyToAsync(Stream.Null, token), Token));
        var asked = server.Asked;
        asked.ShouldBeGreaterThan(0);
        var rows = new MyDumperRows(_tools with { ScratchRoot = _folder }, job with { Flags = [] }, ["--no-schemas"], MySqlServerKind.MySql);
        await Should.ThrowAsync<SnapshotException>(() => rows.RunAsync([], static (_, _) => Task.CompletedTask, Token));
        server.Asked.ShouldBeGreaterThan(asked);
        server.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task MySqlConnection_sends_no_file_to_asking_server()
    {
        await using var server = new FileAskingServer(CanaryFile, always: true);
        await Should.ThrowAsync<MySqlException>(async () =>
        {
            await using var connection = new MySqlConnection(server.Options);
            await connection.OpenAsync(Token);
            await new MySqlCommand(Load, connection).ExecuteNonQueryAsync(Token);
        });
        server.Asked.ShouldBeGreaterThan(0);
        server.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Child_tool_inherits_no_open_file_and_no_environment()
    {
        await using var open = File.OpenRead(CanaryFile);
        using var secret = MemoryFile.Create("secret", Encoding.UTF8.GetBytes(Canary));
        using var child = ChildProcess.Start(_tools.SetPriv, "/bin/sh", ["-c", "ls -l /proc/self/fd; echo; env"], redact: "");
        child.StandardInput.Close();
        using var reader = new StreamReader(child.StandardOutput);
        var parts = (await reader.ReadToEndAsync(Token)).Split("\n\n");

        // Whoever started the tests may have left descriptors open; what this process opened must not be among them.
        parts[0].ShouldNotContain(CanaryFile);
        parts[0].ShouldNotContain("memfd:");
        parts[1].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split('=')[0]).ShouldBeSubsetOf(["PATH", "LC_ALL", "HOME", "PWD", "OLDPWD", "SHLVL", "_"]);
    }

    [Theory]
    [InlineData(SnapshotPart.Whole)]
    [InlineData(SnapshotPart.Rows)]
    public async Task Snapshot_with_LOAD_DATA_LOCAL_is_refused_before_connecting(SnapshotPart part)
    {
        await using var server = new FileAskingServer(CanaryFile, always: false);
        using var folder = new TemporaryStorage();
        var location = folder.At("s");
        (SnapshotPart, string)[] parts = part == SnapshotPart.Whole
            ? [(part, Load + HandMadeSnapshot.Trailer)]
            : [(part, Load), (SnapshotPart.Metadata, "Started dump at: x\n")];
        await HandMadeSnapshot.WriteAsync(location, "rm", parts);
        var loader = new SnapshotLoader(_tools with { ScratchRoot = _folder });
        var request = new SnapshotLoadRequest { Location = location, Connection = server.Options, Database = "rm" };
        foreach (var already in new[] { false, true }.Take(part == SnapshotPart.Rows ? 2 : 1))
        {
            var refused = await Should.ThrowAsync<SnapshotException>(() => loader.RestoreAsync(request with { AlreadyChecked = already }, Token));
            refused.Failure.ShouldBe(SnapshotFailure.RefusedStatement);
            refused.Message.ShouldContain("LOAD DATA LOCAL at byte 0");
            refused.Message.ShouldContain($"rm.{part}.sql.gz");
        }

        (await new Snapshotter().VerifyAsync(location, Token)).Findings.ShouldHaveSingleItem().Failure.ShouldBe(SnapshotFailure.RefusedStatement);
        server.Connections.ShouldBe(0);
    }

    private static string Text(FileAskingServer server) => SecretOptionFile.Text(server.Options, ToolVendor.MariaDb);

    private string Rows()
    {
        var rows = Directory.CreateDirectory(Path.Combine(_folder, "rows")).FullName;
        File.WriteAllText(Path.Combine(rows, "metadata"), "Started dump at: x\n");
        File.WriteAllText(Path.Combine(rows, "rows.t.00000.sql"), Load);
        return rows;
    }

    private Task RunMyLoaderAsync(FileAskingServer server, string options) =>
        RunMyLoaderAsync(server, [options, $"--directory={Rows()}", "--database=t", "--threads=1"]);

    private async Task RunMyLoaderAsync(FileAskingServer server, IEnumerable<string> arguments)
    {
        using var child = ChildProcess.Start(_tools.SetPriv, _tools.MyLoader, arguments, redact: "");
        child.StandardInput.Close();
        var output = child.StandardOutput.CopyToAsync(Stream.Null, Token);
        await child.Exited.WaitAsync(Token);
        await output;
        server.Statements.ShouldContain(s => s.StartsWith("LOAD", StringComparison.Ordinal), child.ErrorText);
    }
}
