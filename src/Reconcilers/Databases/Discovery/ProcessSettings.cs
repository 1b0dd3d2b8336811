namespace Drydock.Reconcilers.Databases;

/// <summary>What a process tells of the settings of its instance. A setting is given only where one answer is certain;
/// otherwise the reason is given why it is not. Pure.</summary>
internal sealed record ProcessSettings
{
    private const int MostArguments = 128;
    private static readonly string[] Confidential = ["password", "passwd", "secret", "token", "credential"];

    public string? DeployDir { get; private init; }
    public string? DeployDirProblem { get; private init; }
    public string? DataDir { get; private init; }

    /// <summary>The configuration file of its command line, if it is not the default one.</summary>
    public string? ConfigFile { get; private init; }

    public InventoryControl? Control { get; private init; }
    public string? ControlProblem { get; private init; }

    public static ProcessSettings Of(HostProcess process, DatabaseComponent component)
    {
        var isYugabyte = component is DatabaseComponent.Master or DatabaseComponent.Tserver;
        var path = process.Real == process.Executable ? process.Started : process.Executable;
        var end = $"/bin/{process.Program}";
        var directory = path.EndsWith(end, StringComparison.Ordinal) && path.Length > end.Length
            ? path[..^end.Length]
            : null;
        var (control, problem) = ControlOf(process, directory, isYugabyte);
        return new ProcessSettings
        {
            DeployDir = directory,
            DeployDirProblem = directory is null
                ? $"its program is {process.Executable}, which is not in a directory bin"
                : null,
            DataDir = Absolute(process, process.Option("data-dir") ?? process.Option("fs_data_dirs")?.Split(',')[0]),
            ConfigFile = isYugabyte || directory is null
                ? null
                : Absolute(process, process.Option("config")) is { } file && file != Usual(directory, component)
                ? file
                : null,
            Control = control,
            ControlProblem = problem,
        };
    }

    private static (InventoryControl? Control, string? Problem) ControlOf(
        HostProcess process, string? directory, bool isYugabyte)
    {
        // As YugabyteDB Anywhere lays it out: master/bin leads to bin of the version.
        var link = isYugabyte && process.IsBinLink && !process.IsLink && process.Real == process.Executable
            ? "bin"
            : null;
        if (process.Unit is { } unit)
        {
            return (new InventoryControl { Unit = unit, OfAccount = process.IsUnitOfAccount, Link = link }, null);
        }

        if (process.Service is { } service)
        {
            return service.StartsWith('/')
                ? (new InventoryControl { Supervise = service, Link = link }, null)
                : (null, "the directory of its supervise cannot be read");
        }

        return process switch
        {
            { Pid: 1 } => (null, "it is the first process of its container, which ends with it"),
            { Scripts: [var start, var stop] } => (
                null,
                $"it runs without a supervisor, and {start} and {stop} may start and stop it or another one. If they "
                    + $"do, set it to `{{scripts: {{start: {start}, stop: {stop}}}}}`"),
            { HasStarter: true } => (null, "it was started by another process that may start it again"),
            _ when directory is null => (null, "its program is not in a directory bin"),
            _ when Unusable(process) is { } why => (null, why),
            _ => (Plain(process, directory, isYugabyte), null),
        };
    }

    // A program of YugabyteDB is started from the directory of its version; one of TiDB is replaced in its place.
    private static InventoryControl Plain(HostProcess process, string directory, bool isYugabyte) => new()
    {
        Command =
        [
            $"{(isYugabyte ? "{directory}" : directory)}/bin/{process.Program}",
            .. process.Arguments.Skip(1),
        ],
    };

    private static string? Unusable(HostProcess process) => process.Arguments switch
    {
        { Count: > MostArguments } => "its command line is too long for the spec",
        var all when all.Any(a => a.Length > SchemaLimits.Reference) => "its command line is too long for the spec",
        var all when all.Any(a => a.Contains('{', StringComparison.Ordinal)) => "its command line contains {",
        var all when all.Any(a => Array.Exists(
            Confidential, word => a.Contains(word, StringComparison.OrdinalIgnoreCase))) =>
            "its command line may contain a secret, which must not be stored in the status",
        _ => null,
    };

    private static string? Absolute(HostProcess process, string? path) => path switch
    {
        null or "" => null,
        ['/', ..] => path.Length > 1 ? path.TrimEnd('/') : null,
        _ when process.Directory.StartsWith('/') =>
            $"{process.Directory.TrimEnd('/')}/{(path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path)}",
        _ => null,
    };

    private static string Usual(string directory, DatabaseComponent component) =>
        $"{directory}/conf/{component.ToString().ToLowerInvariant()}.toml";
}
