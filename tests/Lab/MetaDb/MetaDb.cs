namespace Drydock.Lab;

/// <summary>
/// A real MariaDB or MySQL server in a separate network namespace: the metadata database outside of the cluster.
/// </summary>
/// <remarks> Committed data survives <see cref="KillAsync"/>. The data folder is in memory if there is enough, so fsync
/// is cheap. </remarks>
public sealed class MetaDb : IAsyncDisposable
{
    private readonly LabRun _run;
    private readonly MetaDbOptions _options;
    private readonly string _folder;
    private readonly string _dataFolder;
    private readonly LabCredentials? _tls;
    private LabProcess? _server;
    private TimeSpan _clockOffset;

    private MetaDb(LabRun run, MetaDbOptions options, LabNamespace ns, string dataFolder)
    {
        _run = run;
        _options = options;
        Namespace = ns;
        _folder = run.FolderFor(options.Name);
        _dataFolder = dataFolder;
        if (options.Tls)
        {
            _tls = run.Authority.Issue(
                Path.Combine(_folder, "tls"), "server", options.Name, hosts: [ns.Address, options.Name]);
        }
    }

    public LabNamespace Namespace { get; }

    public string Address => Namespace.Address;

    public int Port => _options.Port;

    /// <summary>The unix socket (root without a password).</summary>
    public string SocketPath => Path.Combine(_folder, "mysql.sock");

    /// <summary>Whether the server offers TLS.</summary>
    public bool OffersTls => _tls is not null;

    /// <summary>Path of the authority's certificate, with <see cref="MetaDbOptions.Tls"/>.</summary>
    public string AuthorityPath =>
        _tls?.AuthorityPath
            ?? throw new InvalidOperationException($"{_options.Name} runs without TLS (MetaDbOptions.Tls)");

    /// <summary>The mariadbd process: Freeze makes it hang and Thaw lets it continue.</summary>
    public LabProcess Server => _server ?? throw new InvalidOperationException($"{_options.Name} was not started");

    /// <summary>Makes a server with an empty data folder and starts it.</summary>
    public static async Task<MetaDb> StartAsync(
        LabRun run, MetaDbOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new MetaDbOptions();
        options = options with
        {
            System = options.System ?? await LabSystem.FromEnvironmentAsync("DRYDOCK_LAB_METADB", cancellationToken)
        };

        // MySQL 9 has no login that a client without TLS may use with a new connection.
        options = options with { Tls = options.Tls || options.System is { HasMySql: true } };
        var data = Path.Combine(run.FastFolder, options.Name + "-data");
        if (options.DataBytes is { } room)
        {
            Directory.CreateDirectory(data);
            await SmallDisk.MountAsync(run, data, room, cancellationToken);
        }

        await InitializeAsync(run, options, data, cancellationToken);
        var database = new MetaDb(run, options, await run.AddNamespaceAsync(options.Name, cancellationToken), data);
        await database.StartAsync(cancellationToken);
        return database;
    }

    /// <summary>
    /// Starts mariadbd (again after a stop or a kill) on its data and waits until it answers over TCP.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        // A killed server leaves the socket. The client would then report a refused connection instead of a missing
        // server.
        File.Delete(SocketPath);
        _server = _run.StartProcess(new LabProcessOptions
        {
            Name = _options.Name,
            FileName = IsMySql ? "mysqld" : "mariadbd",
            System = _options.System,
            Arguments =
            [
                "--no-defaults",
                "--user=root",
                "--datadir=" + _dataFolder,
                "--tmpdir=" + _run.FastFolderFor(_options.Name + "-tmp"),
                "--socket=" + SocketPath,
                "--pid-file=" + Path.Combine(_folder, "mariadbd.pid"),
                "--bind-address=0.0.0.0",
                FormattableString.Invariant($"--port={_options.Port}"),
                "--skip-name-resolve",
                "--character-set-server=utf8mb4",
                "--collation-server=utf8mb4_general_ci",
                .. IsMySql
                    ? new[] { "--mysqlx=OFF", "--log-bin-trust-function-creators=ON" }
                    : ["--innodb-log-file-size=16M"],
                "--innodb-buffer-pool-size=64M",
                // 2: handed to the kernel at commit. A killed server loses nothing; only a power loss would lose data.
                "--innodb-flush-log-at-trx-commit=2",
                "--performance-schema=OFF",
                .. TlsArguments(),
                .. _options.ServerArguments,
            ],
            Namespace = Namespace,
            WorkingDirectory = _folder,
            Environment = _clockOffset == TimeSpan.Zero ? new(StringComparer.Ordinal) : WrongClock.By(_clockOffset),
        });
        await _server.WaitUntilReadyAsync(
            async token => (await TryExecAsync("SELECT 1", cancellationToken: token)).ExitCode == 0
                && await AnswersOverTcpAsync(token),
            cancellationToken: cancellationToken);
    }

    /// <summary>Ends mariadbd in order.</summary>
    public Task<int> StopAsync() => Server.StopAsync();

    /// <summary>Kills mariadbd (SIGKILL).</summary>
    public Task<int> KillAsync() => Server.KillAsync();

    /// <summary>Ends mariadbd in order and starts it again.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken = default)
    {
        await StopAsync();
        await StartAsync(cancellationToken);
    }

    /// <summary>Cuts the network: connections hang, and no connection is refused.</summary>
    public Task CutNetworkAsync(CancellationToken cancellationToken = default) =>
        Namespace.CutNetworkAsync(cancellationToken);

    /// <summary>Repairs the network.</summary>
    public Task RestoreNetworkAsync(CancellationToken cancellationToken = default) =>
        Namespace.RestoreNetworkAsync(cancellationToken);

    /// <summary>
    /// Makes the server refuse writes of ordinary users (<c>read_only</c>), as after a failover, or accept them again.
    /// </summary>
    public Task SetReadOnlyAsync(bool readOnly, CancellationToken cancellationToken = default) =>
        ExecAsync($"SET GLOBAL read_only={(readOnly ? 1 : 0)}", cancellationToken: cancellationToken);

    /// <summary>
    /// Restarts the server with a clock that is wrong by this offset (libfaketime); zero corrects it.
    /// </summary>
    public async Task SetClockAsync(TimeSpan offset, CancellationToken cancellationToken = default)
    {
        _clockOffset = offset;
        await RestartAsync(cancellationToken);
    }

    /// <summary>Fills the free space of the server's disk; needs <see cref="MetaDbOptions.DataBytes"/>.</summary>
    public Task FillDiskAsync(CancellationToken cancellationToken = default) =>
        SmallDisk.FillAsync(Quota(), cancellationToken);

    /// <summary>Frees the space that <see cref="FillDiskAsync"/> took.</summary>
    public void FreeDisk() => SmallDisk.Free(Quota());

    /// <summary>Runs SQL as root over the unix socket and returns the rows, tab separated, without headings.</summary>
    /// <exception cref="LabException">The server refused a statement. The message contains its error.</exception>
    public async Task<string> ExecAsync(
        string sql, string? database = null, CancellationToken cancellationToken = default)
    {
        var result = await TryExecAsync(sql, database, cancellationToken);
        return result.ExitCode == 0
            ? result.Output.TrimEnd('\n')
            : throw new LabException($"{_options.Name}: {result.Error.Trim()}");
    }

    /// <summary>As <see cref="ExecAsync"/>, whatever the outcome.</summary>
    public Task<ShellResult> TryExecAsync(
        string sql, string? database = null, CancellationToken cancellationToken = default) =>
        Shell.TryRunAsync(
            "mariadb",
            [
                "--no-defaults", "--socket=" + SocketPath, "--user=root", "--batch", "--skip-column-names",
                "--default-character-set=utf8mb4", .. database is null ? Array.Empty<string>() : [database]
            ],
            sql,
            _run.Mark,
            cancellationToken: cancellationToken);

    /// <summary>Makes a user that may connect from any host.</summary>
    /// <param name="grant">Rights, for example <c>ALL PRIVILEGES ON *.*</c> or <c>SELECT, INSERT ON rm.*</c>; null for
    /// none.</param>
    public Task CreateUserAsync(
        string user, string password, string? grant = "ALL PRIVILEGES ON *.*",
        CancellationToken cancellationToken = default)
    {
        var name = $"{Quote(user)}@'%'";
        var rights = grant is null ? "" : $"GRANT {grant} TO {name};";
        return ExecAsync(
            $"DROP USER IF EXISTS {name};CREATE USER {name} IDENTIFIED BY {Quote(password)};{rights}",
            cancellationToken: cancellationToken);
    }

    /// <summary>Stops the server if it runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private bool IsMySql => _options.System is { HasMySql: true };

    private static async Task InitializeAsync(
        LabRun run, MetaDbOptions options, string data, CancellationToken cancellationToken)
    {
        if (options.System is not { } system)
        {
            var recipe = await Recipes.RunAsync("metadb-template.sh", cancellationToken);

            // On a disk that will be filled, the logs must already own their blocks: InnoDB ends itself if it cannot
            // write them.
            await Shell.RunAsync(
                "cp",
                ["-a", options.DataBytes is null ? "--reflink=auto" : "--sparse=never", "-T", recipe["template"], data],
                environment: run.Mark, cancellationToken: cancellationToken);
            return;
        }

        string[] initialize = system.HasMySql
            ? ["mysqld", "--no-defaults", "--initialize-insecure"]
            : [
                "mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=socket",
                "--auth-root-socket-user=root", "--skip-test-db", "--skip-name-resolve"];
        string[] command = [.. system.Enter, .. initialize, "--user=root", "--datadir=" + data];
        await Shell.RunAsync(command[0], command[1..], environment: run.Mark, cancellationToken: cancellationToken);
    }

    private static string Quote(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    private string Quota() =>
        _options.DataBytes is null
            ? throw new InvalidOperationException($"{_options.Name} has no separate disk (MetaDbOptions.DataBytes).")
            : _dataFolder;

    private List<string> TlsArguments()
    {
        if (_tls is null)
        {
            return [];
        }

        List<string> arguments =
            ["--ssl-ca=" + _tls.AuthorityPath, "--ssl-cert=" + _tls.CertificatePath, "--ssl-key=" + _tls.KeyPath];
        if (_options.RequireTls)
        {
            arguments.Add("--require-secure-transport=ON");
        }

        return arguments;
    }

    // The server sends the first packet: one byte shows that it accepts connections.
    private async Task<bool> AnswersOverTcpAsync(CancellationToken cancellationToken)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(Address, Port, cancellationToken);
        var greeting = new byte[1];
        return await client.GetStream().ReadAsync(greeting, cancellationToken) == 1;
    }
}
