namespace Drydock.Tests.Integration.Clients.Snapshots;

/// <summary>
/// No dump and no server gets a file of the operator's pod, and no dump runs a command of the client that loads it.
/// </summary>
public sealed class LocalFileTests : IDisposable
{
    private const string Canary = "canary-of-a-file-of-the-pod";

    private readonly string _folder = Directory.CreateTempSubdirectory("drydock-canary-").FullName;
    private readonly SnapshotToolOptions _tools = new();
    private readonly MariaDbServer _server;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string CanaryFile => Path.Combine(_folder, "token");

    private string Proof => Path.Combine(_folder, "proof");

    private string Script => Path.Combine(_folder, "script");

    private string Load => $"LOAD DATA LOCAL INFILE '{CanaryFile}' INTO TABLE t;\n";

    public LocalFileTests(MariaDbServer server)
    {
        _server = server;
        File.WriteAllText(CanaryFile, Canary);
        File.WriteAllText(Script, "DO 'of the script';\n");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Client_without_flags_would_send_file_and_run_commands()
    {
        await using var server = new FileAskingServer(CanaryFile, always: false);
        using var open = MemoryFile.Create("open", Encoding.UTF8.GetBytes(
            SecretOptionFile.Text(server.Options, MySqlTlsMode.Disabled, null, ToolVendor.MariaDb)));
        using var child = ChildProcess.Start(
            _tools.SetPriv, _tools.Client, [$"--defaults-file={open.Path}", "--batch", "--local-infile=1"], redact: "");
        var output = child.StandardOutput.CopyToAsync(Stream.Null, Token);
        await child.StandardInput.WriteAsync(
            Encoding.UTF8.GetBytes($"system touch {Proof}\nsource {Script}\n{Load}"), Token);
        child.StandardInput.Close();
        await child.Exited.WaitAsync(Token);
        await output;
        server.Received.ShouldBe(Encoding.UTF8.GetBytes(Canary), child.ErrorText);
        server.Statements.ShouldContain("DO 'of the script'");
        File.Exists(Proof).ShouldBeTrue();
    }

    [Theory]
    [InlineData(SnapshotPart.Whole)]
    [InlineData(SnapshotPart.Tables)]
    [InlineData(SnapshotPart.Rows)]
    [InlineData(SnapshotPart.OtherRows)]
    [InlineData(SnapshotPart.Routines)]
    [InlineData(SnapshotPart.Views)]
    public async Task No_part_of_dump_gets_file_or_runs_command_of_client(SnapshotPart part)
    {
        using var folder = new TemporaryStorage();
        string[] attacks =
        [
            Load, $"LOAD DATA LOCAL INFILE\n'{CanaryFile}' INTO TABLE t;\n",
            $"/*!50000 LOAD DATA LOCAL INFILE '{CanaryFile}' INTO TABLE t */;\n",
            $"\\! touch {Proof}\n", $"system touch {Proof}\n;\n", $"SELECT 1;\nsystem touch {Proof}\n;\n",
            $"/*!40101 \\! touch {Proof} */;\n",
            $"source {Script}\n;\n", $"\\. {Script}\n", $"tee {Proof}\nSELECT 1;\n", $"\\T {Proof}\nSELECT 1;\n",
            $"pager touch {Proof}\n;\nSELECT 1;\n", $"\\P touch {Proof}\nSELECT 1;\n",
        ];
        for (var i = 0; i < attacks.Length; i++)
        {
            await using var asking = new FileAskingServer(CanaryFile, always: false);
            var location = folder.At($"s{i}");
            await HandMadeSnapshot.WriteAsync(location, "rm", (part, attacks[i] + HandMadeSnapshot.Trailer));
            var load = await DatabaseLoad.ReadAsync(
                new SnapshotLoadRequest { Location = location, Connection = asking.Options, Database = "rm" }, "",
                Token);
            await using var leader = await LoadSession.OpenAsync(location, _server.Options(), "rm", Token);
            var run = new LoadRun(_tools, TimeProvider.System);
            var ended = await run.LoadAsync(load, leader, Token).ContinueWith(
                static t => t.Exception, TaskScheduler.Default);

            asking.Connections.ShouldBe(1, attacks[i]);
            asking.Received.ShouldBeEmpty(attacks[i]);
            asking.Statements.ShouldNotContain("DO 'of the script'", attacks[i]);
            File.Exists(Proof).ShouldBeFalse(attacks[i]);
            if (attacks[i].StartsWith("LOAD", StringComparison.Ordinal))
            {
                asking.Asked.ShouldBe(1, $"{attacks[i]}: {ended}");
            }
        }
    }

    [Theory]
    [InlineData(SnapshotPart.Whole)]
    [InlineData(SnapshotPart.Rows)]
    public async Task Restore_of_dump_with_LOAD_DATA_LOCAL_loads_no_file_on_real_server(SnapshotPart part)
    {
        using var folder = new TemporaryStorage();
        var database = await _server.CreateDatabaseAsync();
        var location = folder.One;
        const string Create = "create table t (v varchar(100));\n";
        (SnapshotPart, string)[] parts = part == SnapshotPart.Whole
            ? [(part, Create + Load + HandMadeSnapshot.Trailer)]
            : [(SnapshotPart.Tables, Create + HandMadeSnapshot.Trailer), (part, Load)];
        await HandMadeSnapshot.WriteAsync(location, database, parts);
        var refused = await Should.ThrowAsync<SnapshotException>(() => new SnapshotLoader(_tools).RestoreAsync(
            new SnapshotLoadRequest { Location = location, Connection = _server.Options(), Database = database },
            Token));
        refused.Failure.ShouldBe(SnapshotFailure.LoadFailed);
        refused.Message.ShouldNotContain(Canary);
        _server.Cli(database, "SELECT COUNT(*) FROM t").ShouldBe("0"u8.ToArray());
    }

    [Fact]
    public async Task Dump_tools_send_no_file_to_asking_server()
    {
        await using var server = new FileAskingServer(CanaryFile, always: true);
        var job = new DumpJob
        {
            Connection = server.Options,
            Database = "t",
            SnapshotId = "s",
            Flags = ["--single-transaction"],
            Threads = 1
        };
        await Should.ThrowAsync<SnapshotException>(() => new MySqlDumpTool(_tools).DumpAsync(
            job, static (o, token) => o.Content.CopyToAsync(Stream.Null, token), Token));
        var asked = server.Asked;
        asked.ShouldBeGreaterThan(0);
        var rows = new MyDumperRows(
            _tools with { ScratchRoot = _folder }, job with { Flags = [] }, ["--no-schemas"], MySqlServerKind.MySql);
        await Should.ThrowAsync<SnapshotException>(() => rows.RunAsync([], static (_, _) => Task.CompletedTask, Token));
        server.Asked.ShouldBeGreaterThan(asked);
        server.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task MySqlSession_sends_no_file_to_asking_server()
    {
        await using var server = new FileAskingServer(CanaryFile, always: true);
        await Should.ThrowAsync<MySqlSessionException>(async () =>
        {
            await using var session = await MySqlSession.OpenAsync(server.Options, Token);
            await session.ExecuteAsync(Load, Token);
        });
        server.Asked.ShouldBeGreaterThan(0);
        server.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Child_tool_inherits_no_open_file_and_no_environment()
    {
        await using var open = File.OpenRead(CanaryFile);
        using var secret = MemoryFile.Create("secret", Encoding.UTF8.GetBytes(Canary));
        using var child = ChildProcess.Start(
            _tools.SetPriv, "/bin/sh", ["-c", "ls -l /proc/self/fd; echo; env"], redact: "");
        child.StandardInput.Close();
        using var reader = new StreamReader(child.StandardOutput);
        var parts = (await reader.ReadToEndAsync(Token)).Split("\n\n");

        // Whoever started the tests may have left descriptors open; what this process opened must not be among them.
        parts[0].ShouldNotContain(CanaryFile);
        parts[0].ShouldNotContain("memfd:");
        parts[1].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static l => l.Split('=')[0])
            .ShouldBeSubsetOf(["PATH", "LC_ALL", "HOME", "PWD", "OLDPWD", "SHLVL", "_"]);
    }
}
