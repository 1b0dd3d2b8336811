namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Copies the package of the new version to a host, or a group of hosts, beside the old one, and checks the
/// version of every program (<c>-V</c>). The checksums of the programs are its facts: later steps use them to tell
/// which version a process runs.</summary>
/// <param name="Hosts">The hosts.</param>
/// <param name="Directory">The directory of the package on them.</param>
internal sealed record PreparePackage(List<string> Hosts, string Directory) : TiDbStep
{
    public const string Ask = "-V";

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
                if (await WrongVersionAsync(host, program, cancellationToken) is { } wrong)
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
        var files = Targets.Settings().Services()
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
            .Select((file, i) => MonitoringFiles.Problem(host, file, sums[i]))
            .FirstOrDefault(problem => problem is not null);
    }

    private async Task<string?> WrongVersionAsync(string host, string program, CancellationToken cancellationToken)
    {
        var path = Spec.NewProgram(program);
        var command = new RemoteCommand(path, Ask);
        var result = await Targets.Hosts.Files(host).RunAsync(command, cancellationToken);
        var version = ToolOutput.Version(result.Output + "\n" + result.Errors);
        return version is not null && TiDbVersion.Same(version, Spec.ToVersion)
            ? null
            : $"`{path} -V` on {host} reports {version ?? ToolOutput.Excerpt(result.Output + result.Errors)}, expected "
                + $"{Spec.ToVersion} (spec.toVersion). Provide the package of that version.";
    }
}
