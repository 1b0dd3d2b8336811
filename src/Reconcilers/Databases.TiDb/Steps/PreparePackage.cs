namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Copies the package of the new version to a host, or a group of hosts, beside the old one, and checks the
/// version of every program (<c>-V</c>). The checksums of the programs are its facts: later steps use them to tell
/// which version a process runs.</summary>
internal sealed record PreparePackage(List<string> Hosts, string Directory) : TiDbStep
{
    public const string Ask = "-V";

    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Prepare package {spec.ToVersion} on {node}";

    public override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Package);

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var host in Hosts)
        {
            var request = Spec.Package(host);
            var state = await Targets.Hosts.Files(host).PackageAsync(request, cancellationToken);
            if (!state.IsComplete)
            {
                return state.IsWrong
                    ? throw new StepActionException(
                        Reasons.PackageCorrupt, $"{host}: {state.Problem}", retryable: false)
                    : new Observation.NotStarted($"{host}: {state.Problem}");
            }

            if (await WrongFileAsync(host, cancellationToken) is { } file)
            {
                return new Observation.Failed(Reasons.PackageCorrupt, file);
            }

            foreach (var program in request.Programs)
            {
                if (await WrongVersionAsync(Targets, host, program, cancellationToken) is { } wrong)
                {
                    return new Observation.Failed(Reasons.VersionMismatch, wrong);
                }

                var sha256 = state.Programs.GetValueOrDefault(program) ?? throw new StepActionException(
                    Reasons.PackageMissing, $"{host}: {program} is missing in {Spec.Package.Directory}/bin.");
                if (facts.TryGetValue(program, out var other) && other != sha256)
                {
                    return new Observation.Failed(
                        Reasons.PackageCorrupt,
                        $"{program} on {host} differs from that on {Hosts[0]}. Copy the same package to all "
                        + "hosts.");
                }

                facts[program] = sha256;
            }
        }

        return facts.Count > 0
            ? new Observation.Done($"{string.Join(", ", facts.Keys)} {Spec.ToVersion}", facts)
            : new Observation.Done($"The package is in {Spec.Package.Directory}.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var host in Hosts)
        {
            Targets.EnsureMayAct();
            var files = Targets.Hosts.Files(host);
            await files.PreparePackageAsync(Spec.Package(host), progress: null, cancellationToken);
        }
    }

    // Files of monitoring services that come from the package.
    private async Task<string?> WrongFileAsync(string host, CancellationToken cancellationToken)
    {
        var files = Targets.Settings.Services()
            .Where(s => s.Host == host)
            .SelectMany(s => MonitoringLayout.PackageFiles(Spec, s))
            .DistinctBy(f => f.From, StringComparer.Ordinal)
            .ToList();
        if (files.Count == 0)
        {
            return null;
        }

        var sums = await Targets.Hosts.Files(host).Sha256Async([.. files.Select(f => f.From)], cancellationToken);
        return files
            .Select((file, i) => MonitoringLayout.FileProblem(host, file, sums[i]))
            .FirstOrDefault(problem => problem is not null);
    }

    /// <summary>Why a program of the package is not of the new version; null if it is.</summary>
    /// <exception cref="HostException">It could not be run.</exception>
    public static async Task<string?> WrongVersionAsync(
        TiDbTargets targets, string host, string program, CancellationToken cancellationToken)
    {
        var spec = targets.Spec;
        var path = spec.NewProgram(program);
        var asked = await ToolOutput.AskAsync(targets.Hosts.Files(host), path, cancellationToken);
        return TiDbVersion.Same(asked.Version ?? "", spec.ToVersion)
            ? null
            : $"`{path} -V` on {host} reports {asked}, expected {spec.ToVersion} (spec.toVersion). Provide the package "
                + "of that version.";
    }
}
