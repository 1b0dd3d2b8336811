namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Each process: it runs, it is controlled as the spec says, no other process of its instance runs, and it is
/// of the version the spec names.</summary>
internal sealed class YugabyteInstancePreflight(YugabyteCluster cluster, YugabyteUpgradePath? path, Findings findings)
{
    public Task<IReadOnlyList<YugabyteInstanceFacts>> LookAsync(CancellationToken cancellationToken) =>
        SideBySide.EachAsync(cluster.Spec.Instances, LookAsync, cancellationToken);

    public IReadOnlyList<YugabyteInstance> Discover(IReadOnlyList<YugabyteInstanceFacts> looks) =>
    [
        .. looks.Select(look => new YugabyteInstance
        {
            Name = look.Spec.Name,
            Component = look.Spec.Component,
            Version = look.Running?.ToString() ?? "",
            FormerSha256 = look.IsNew
                ? OfFellows(looks, look, l => l.Process?.ExecutableSha256)
                : look.Process?.ExecutableSha256,
            FormerDirectory = look.IsNew ? OfFellows(looks, look, Directory) : Directory(look),
        }),
    ];

    /// <summary>Programs that lie in the place of running ones and are neither those nor the package's: a restart would
    /// start something unknown.</summary>
    public void CompareInstalled(IReadOnlyList<YugabyteInstanceFacts> looks, IReadOnlyList<YugabyteHostFacts> hosts)
    {
        foreach (var look in looks.Where(
            l => l.Process is { InstalledSha256: not null, ExecutableSha256: not null } p
                && p.InstalledSha256 != p.ExecutableSha256))
        {
            var program = cluster.Vocabulary.Program(look.Spec.Component);
            var package = hosts.FirstOrDefault(
                h => h.Host == look.Spec.Host)?.Package?.Programs.GetValueOrDefault(program);
            if (Target(look.Spec).Swap != SwapMethod.NewDirectory && look.Process!.InstalledSha256 != package)
            {
                findings.Add(
                    Reasons.ControlMismatch,
                    $"{look.Spec.DeployDir}/bin/{program} on {look.Spec.Host} is neither the program that "
                    + $"{look.Spec.Name} runs nor the new one: it was replaced without a restart. "
                    + "Restore the running program.",
                    look.Spec.Name);
            }
        }
    }

    private async Task<YugabyteInstanceFacts> LookAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var process = await ProcessAsync(instance, cancellationToken);
        var running = await VersionAsync(instance, cancellationToken);
        var isNew = running is not null
            && path is not null
            && path.To.Covers(running)
            && (!path.From.Covers(running) || path.To.Build is not null);
        if (running is not null && path is not null && !isNew && !path.From.Covers(running))
        {
            JudgeVersion(instance, running, path);
        }

        if (isNew)
        {
            findings.Note($"{instance.Name} already runs {running} and is not changed.");
        }

        return new YugabyteInstanceFacts(instance, process, running, isNew);
    }

    private void JudgeVersion(DatabaseInstance instance, YugabyteVersion running, YugabyteUpgradePath known)
    {
        if (cluster.IsOf(known.From, running))
        {
            findings.NoteVersion(instance.Name, $"{running}", $"{known.From}", $"{known.To}");
            return;
        }

        findings.Add(
            Reasons.VersionMismatch,
            $"{instance.Name} reports version {running}, expected fromVersion {known.From}, toVersion {known.To}, or "
            + $"another version of {known.From.Series} before {known.To}. Correct spec.fromVersion, or upgrade this "
            + "process first.",
            instance.Name, "spec.fromVersion");
    }

    private Task<InstanceProcess?> ProcessAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        findings.LookAsync<InstanceProcess>(
            async () =>
            {
                var host = cluster.Hosts.Instance(instance.Name);
                var process = await host.LookAsync(cancellationToken);
                foreach (var (reason, message) in Problems(instance, process))
                {
                    var field = reason == Reasons.InvalidSpec ? Target(instance).ControlField : null;
                    findings.Add(reason, message, instance.Name, field);
                }

                await findings.CheckControlAsync(
                    host, instance, process, host.Target.ControlField, cancellationToken);
                return process;
            },
            instance.Name, prefix: $"{instance.Name}: ");

    private Task<YugabyteVersion?> VersionAsync(DatabaseInstance instance, CancellationToken cancellationToken) =>
        findings.LookAsync<YugabyteVersion>(
            async () => await cluster.VersionAsync(instance, cancellationToken),
            instance.Name, prefix: $"{instance.Name} does not report its version: ");

    private IEnumerable<(string Reason, string Message)> Problems(DatabaseInstance instance, InstanceProcess process)
    {
        var (name, host, target) = (instance.Name, instance.Host, Target(instance));
        if (process.Supervision == SupervisionState.Missing)
        {
            yield return (
                Reasons.ControlMismatch,
                $"{name} is not controlled on {host} as spec.processes says: {process.SupervisionText}.");
            yield break;
        }

        if (process.Supervision == SupervisionState.Restarting || process.Pid is null)
        {
            yield return (
                Reasons.InstanceDown,
                $"{name} does not run on {host}: {process.SupervisionText}. Start it; the cause is in its log.");
            yield break;
        }

        foreach (var stray in process.Strays)
        {
            yield return (
                Reasons.ProcessLivesOn,
                $"{host}: unexpected second process of {name} (pid {stray.Pid}, {stray.Executable}), unknown to its "
                + "supervisor. Stop it.");
        }

        if (process.ExecutableSha256 is null)
        {
            yield return (
                Reasons.ControlMismatch,
                $"The program of process {process.Pid} of {name} on {host} cannot be read. "
                + "Set become: Sudo in spec.access.");
        }

        if (!process.IsListening)
        {
            yield return (
                Reasons.InstanceDown,
                $"{name} does not listen on {host} port {target.Port}. Correct spec.instances[{name}].port, or fix the "
                + "process.");
        }

        if (InstanceLayouts.Problem(target, process) is { } layout)
        {
            yield return (Reasons.ControlMismatch, layout);
        }

        if (target.Swap == SwapMethod.NewDirectory
            && target.Control.Process?.Command.Exists(c => c.Contains("{directory}", StringComparison.Ordinal)) != true)
        {
            yield return (
                Reasons.InvalidSpec,
                $"swap: NewDirectory of {name} starts the new version from another directory, and its command line "
                + $"does not name one as {{directory}}");
        }
    }

    private InstanceTarget Target(DatabaseInstance instance) => cluster.Hosts.Instance(instance.Name).Target;

    // A link's target; where that is switched already (a link that two components share), or for a command line with
    // {directory}, which contains the running program.
    private string? Directory(YugabyteInstanceFacts look)
    {
        var target = Target(look.Spec);
        var ofProcess = look.Process?.Executable is { } executable ? AboveBin(executable) : null;
        return target.Swap switch
        {
            SwapMethod.SwitchLink when look.Process?.LinkTarget is { } link && link != cluster.Spec.Package.Directory =>
                link,
            SwapMethod.SwitchLink or SwapMethod.NewDirectory => ofProcess,
            _ => null,
        };
    }

    // The program may be a link to another one in the same directory: yb-master and yb-tserver to yb-server.
    internal static string? AboveBin(string executable)
    {
        const string Bin = "/bin";
        var folder = executable[..Math.Max(executable.LastIndexOf('/'), 0)];
        return folder.EndsWith(Bin, StringComparison.Ordinal) ? folder[..^Bin.Length] : null;
    }

    private static string? OfFellows(
        IReadOnlyList<YugabyteInstanceFacts> looks, YugabyteInstanceFacts look,
        Func<YugabyteInstanceFacts, string?> what)
    {
        var known = looks.Where(l => l.Spec.Component == look.Spec.Component && !l.IsNew)
            .Select(what)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return known.Count == 1 ? known[0] : null;
    }
}

/// <summary>One process, as preflight observed it.</summary>
/// <param name="Process">The process by its host; null if the host cannot be reached.</param>
/// <param name="Running">The version that it reports; null if it does not answer.</param>
/// <param name="IsNew">Whether it already runs the new version.</param>
internal sealed record YugabyteInstanceFacts(
    DatabaseInstance Spec, InstanceProcess? Process, YugabyteVersion? Running, bool IsNew);
