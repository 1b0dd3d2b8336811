namespace Drydock.Benchmarks;

/// <summary>
/// An API server, a database server with a large enough buffer pool, and folders in memory for everything that is
/// written, so that no disk is measured.
/// </summary>
internal sealed class DumpsStage : IAsyncDisposable
{
    /// <summary>The Secret with the server's address and credentials.</summary>
    public const string Secret = "server";

    private const string User = "bench";
    private const string Password = "not-a-secret-bench";

    private static readonly IReadOnlyList<string> ServerArguments =
        [
            "--innodb-buffer-pool-size=1G", "--innodb-log-file-size=512M", "--innodb-io-capacity=20000",
            "--innodb-io-capacity-max=40000", "--max-allowed-packet=64M"
        ];

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(10);

    private readonly UpgradeStage _stage;
    private readonly string _space;

    private DumpsStage(UpgradeStage stage, MetaDb server, string space)
    {
        _stage = stage;
        Server = server;
        _space = space;
        Options = Path.Combine(stage.Run.Folder, "bench.cnf");
        Storage = stage.Run.FastFolderFor("bench-snapshots");
        Plain = stage.Run.FastFolderFor("bench-plain");
    }

    public MetaDb Server { get; }

    /// <summary>Path of the option file of the plain tools.</summary>
    public string Options { get; }

    /// <summary>Directory of the operator's snapshots.</summary>
    public string Storage { get; }

    /// <summary>Directory of the dumps of the plain tools.</summary>
    public string Plain { get; }

    public static async Task<DumpsStage> StartAsync(CancellationToken cancellationToken)
    {
        var stage = await UpgradeStage.StartAsync(
            new StageOptions { Checkout = Repository.Root, OperatorAssembly = Repository.OperatorAssembly, Hosts = 1 },
            cancellationToken: cancellationToken);

        // OMS is not needed: its programs would only use processor time.
        await stage.Oms.ClearAsync();
        var server = await MetaDb.StartAsync(
            stage.Run,
            new MetaDbOptions { Name = "big", ServerArguments = ServerArguments },
            cancellationToken);
        await server.CreateUserAsync(User, Password, cancellationToken: cancellationToken);
        var made = new DumpsStage(stage, server, await stage.NewNamespaceAsync());
        await PlainTools.WriteOptionsAsync(made.Options, server, User, Password);
        await stage.ApplyAsync(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Secret",
            ["metadata"] = new JsonObject { ["name"] = Secret, ["namespace"] = made._space },
            ["stringData"] = new JsonObject
            {
                ["username"] = User,
                ["password"] = Password,
                ["host"] = server.Address,
                ["port"] = server.Port.ToString(CultureInfo.InvariantCulture)
            },
        }.ToJsonString());

        // The operator inherits it and uses it as the scratch directory of mydumper.
        Environment.SetEnvironmentVariable("TMPDIR", stage.Run.FastFolderFor("bench-scratch"));
        return made;
    }

    /// <summary>Starts an operator and waits until it is at rest.</summary>
    public async Task<(LabOperator Process, OperatorDumps Dumps)> StartOperatorAsync(
        CancellationToken cancellationToken)
    {
        var op = _stage.StartOperator(new LabOperatorOptions { LeaderElection = false, StorageRoots = [Storage] });
        await op.WaitUntilReadyAsync(cancellationToken);
        await Task.Delay(Rest, cancellationToken);
        return (op, new OperatorDumps(_stage, Server, op, _space, Storage));
    }

    /// <summary>Waits until the operator is at rest, and returns its resident memory in MiB.</summary>
    public static async Task<double> RestAsync(LabOperator op, CancellationToken cancellationToken)
    {
        await Task.Delay(Rest, cancellationToken);
        return MemorySampler.Now(op.Process.Id);
    }

    /// <summary>Waits until the server has written all dirty pages of earlier runs.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await Server.ExecAsync("SET GLOBAL innodb_max_dirty_pages_pct=0", cancellationToken: cancellationToken);
        await Deadline.UntilAsync(
            "the server to have written its pages",
            async token =>
            {
                var line = await Server.ExecAsync(
                    "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'", cancellationToken: token);
                return int.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture) < 100;
            },
            TimeSpan.FromMinutes(2),
            cancellationToken: cancellationToken);
        await Server.ExecAsync("SET GLOBAL innodb_max_dirty_pages_pct=90", cancellationToken: cancellationToken);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Environment.SetEnvironmentVariable("TMPDIR", null);
        await _stage.DisposeAsync();
    }
}
