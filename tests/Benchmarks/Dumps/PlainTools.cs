namespace Drydock.Benchmarks;

/// <summary>
/// mysqldump, mysql, mydumper and myloader in pipes as an administrator writes them (plain.sh), against the same server
/// as the operator.
/// </summary>
internal sealed class PlainTools(MetaDb server, string options, string database)
{
    /// <summary>Threads of mydumper and myloader, and clients of the operator: the default of the spec.</summary>
    public const int Threads = 4;

    private static readonly string Self =
        $"{Environment.ProcessPath} {(Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? Path.Combine(AppContext.BaseDirectory, "Drydock.Benchmarks.dll")
            : "")}"
            .Trim();

    /// <summary>Writes the option file of the tools.</summary>
    public static async Task WriteOptionsAsync(string path, MetaDb server, string user, string password)
    {
        await File.WriteAllTextAsync(path, string.Create(
            CultureInfo.InvariantCulture,
            $"[client]\nprotocol=tcp\nhost={server.Address}\nport={server.Port}\nuser={user}\npassword={password}\n"
            + $"skip-ssl\n"));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Runs one verb of plain.sh.</summary>
    /// <param name="gzip">Whether to compress with gzip -1 instead of the operator's compressor.</param>
    public async Task<DumpRun> RunAsync(
        string verb, string path, IEnumerable<string> flags, bool gzip, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["OPTIONS"] = options,
            ["THREADS"] = Threads.ToString(CultureInfo.InvariantCulture),
            ["COMPRESS"] = gzip ? "gzip -1" : $"{Self} compress",
            ["DECOMPRESS"] = $"{Self} decompress",
            ["COMPRESS_FOLDER"] =
                gzip ? $"bash {Path.Combine(AppContext.BaseDirectory, "gzip-folder.sh")}" : $"{Self} compress",
            ["DECOMPRESS_FOLDER"] = $"{Self} decompress",
        };
        var (own, served) = (ProcessTimes.Of(Environment.ProcessId), ProcessTimes.Of(server.Server.Id));
        var watch = Stopwatch.StartNew();
        await Shell.RunAsync(
            "bash", [Path.Combine(AppContext.BaseDirectory, "plain.sh"), verb, database, path, .. flags],
            environment: environment, cancellationToken: cancellationToken);
        var time = watch.Elapsed;
        return new DumpRun(
            time, (ProcessTimes.Of(Environment.ProcessId) - own).Children, 0,
            (ProcessTimes.Of(server.Server.Id) - served).Own);
    }
}
