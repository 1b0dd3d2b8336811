namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Saves, before any process is stopped, how every process is started (<see cref="ServerConfiguration"/>) in a
/// Secret, and what the upgrade changes for a while: the speed of leaders, and paused replication groups. Flag files
/// may contain passwords, so there is no other copy.</summary>
[Step("save-configuration", "Save how every process is started")]
internal sealed record SaveServerConfiguration : YugabyteStep
{
    /// <summary>Key of the speed of leaders in the Secret.</summary>
    public const string LeadersFile = "leader-moves.txt";

    /// <summary>Key of the replication groups that are not paused in the Secret.</summary>
    public const string GroupsFile = "replication.txt";

    protected override bool IsRepeatable => true;

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => ConfigurationSecret.LookAsync(
            Cluster.Context, context, also: "", cancellationToken);

    public override Task<Receipt> PrepareAsync(StepContext context, CancellationToken cancellationToken) =>
        ConfigurationSecret.ReserveAsync(Cluster.Context, context);

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var reader = new ServerConfiguration(Cluster);
        var instances = Cluster.Spec.Instances;
        var texts = await SideBySide.EachAsync(instances, reader.ReadAsync, cancellationToken);
        var files = instances.Zip(texts).ToDictionary(
            i => $"{i.First.Name}.txt", i => i.Second, StringComparer.Ordinal);
        files[LeadersFile] = LeaderMoves.Text(
            await new LeaderSpeed(Cluster).ReadAsync(cancellationToken, whatAnswers: true));
        files[GroupsFile] = string.Join('\n', await RunningGroupsAsync(cancellationToken));
        await ConfigurationSecret.CreateAsync(Cluster.Context, context, files, cancellationToken);
    }

    public static string Line(string group, ReplicationTarget target) => $"{target} {group}";

    private async Task<IEnumerable<string>> RunningGroupsAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        if (YugabyteFeatures.Replication(Cluster.Spec, YugabyteVersion.Parse(Cluster.Spec.FromVersion))
            != ReplicationMode.PauseBothSides)
        {
            return lines;
        }

        foreach (var group in Cluster.Settings.Replication.Groups)
        {
            foreach (var target in Enum.GetValues<ReplicationTarget>())
            {
                if (await Cluster.InboundAsync(group, target, cancellationToken) is { IsPaused: false })
                {
                    lines.Add(Line(group.Name, target));
                }
            }
        }

        return lines;
    }
}

/// <summary>What decides how a master or tablet server is started: its command line, the flag files that it names, and
/// the unit or the scripts that start it.</summary>
internal sealed class ServerConfiguration(YugabyteCluster cluster)
{
    // $1 pid: the working directory, then one argument a line.
    private const string CommandLine = """
        echo "$(readlink "/proc/$1/cwd" 2>/dev/null)"
        tr '\0' '\n' < "/proc/$1/cmdline"
        """;

    private const string ShowUnit = "FragmentPath,DropInPaths";

    /// <summary>Everything as one text, each file below a heading with its path.</summary>
    /// <exception cref="HostException">A host cannot be asked, or a file cannot be read.</exception>
    public async Task<string> ReadAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var (host, files) = (cluster.Hosts.Instance(instance.Name), cluster.Hosts.Files(instance.Host));
        var process = await host.LookAsync(cancellationToken);
        var text = new StringBuilder();
        var paths = new List<string>();
        if (process.Pid is { } pid)
        {
            var lines = (await RunAsync(
                files, RemoteCommand.Script(CommandLine, FormattableString.Invariant($"{pid}")), cancellationToken))
                .Split('\n');
            var arguments = lines.Skip(1).Where(l => l.Length > 0).ToList();
            Append(text, $"command line of process {pid} on {instance.Host}", string.Join('\n', arguments));
            paths.AddRange(FlagFiles(arguments).Select(f => f.StartsWith('/') ? f : $"{lines[0]}/{f}"));
        }

        if (process.Unit is { } unit && host.Target.Control.Systemd is not null)
        {
            paths.AddRange(await UnitFilesAsync(files, unit, cancellationToken));
        }

        if (host.Target.Control.Scripts is { } scripts)
        {
            paths.AddRange(new[] { scripts.Start, scripts.Stop }.Select(s => InstanceTargets.Below(host.Target, s)));
        }

        foreach (var path in paths.Distinct(StringComparer.Ordinal))
        {
            Append(text, path, await files.ReadAsync(path, cancellationToken) ?? "(does not exist)");
        }

        return text.ToString();
    }

    internal static IEnumerable<string> FlagFiles(IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i].TrimStart('-');
            var value = argument.StartsWith("flagfile=", StringComparison.Ordinal) ? argument["flagfile=".Length..]
                : argument == "flagfile" && arguments[i].StartsWith('-') && i + 1 < arguments.Count ? arguments[i + 1]
                : "";
            foreach (var file in value.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                yield return file;
            }
        }
    }

    private static async Task<IEnumerable<string>> UnitFilesAsync(
        IHostFiles files, string unit, CancellationToken cancellationToken)
    {
        var shown = await RunAsync(
            files, new RemoteCommand("systemctl", "show", "-p", ShowUnit, "--", unit), cancellationToken);
        return shown.Split('\n')
            .Select(l => l[(l.IndexOf('=', StringComparison.Ordinal) + 1)..])
            .SelectMany(v => v.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(p => p.StartsWith('/'));
    }

    private static async Task<string> RunAsync(
        IHostFiles files, RemoteCommand command, CancellationToken cancellationToken)
    {
        var result = await files.AskAsync(command, cancellationToken);
        return result.IsSuccess
            ? result.Output
            : throw new HostException(
                files.Host, Reasons.StepFailed,
                $"{files.Host}: the configuration cannot be read: {ForeignText.Words(result.Errors)}");
    }

    private static void Append(StringBuilder text, string title, string content) =>
        text.Append("##### ").Append(title).Append('\n').Append(content.TrimEnd('\n')).Append("\n\n");
}
