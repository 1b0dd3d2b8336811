namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Puts the new version beside the old one on one or several hosts (docs/research/yugabytedb.md#procedure):
/// archive, checksum, post_install.sh, extensions. Proves on every host that its programs run and are of the target
/// version. The checksums of the programs are recorded; every later step tells a new process from an old one by
/// them.</summary>
/// <param name="Hosts">The hosts of a group; null for the one host that is the node.</param>
internal sealed record PreparePackage(List<string>? Hosts = null) : YugabyteStep
{
    public static string ProgramFact(string program) => $"sha.{program}";

    public static IReadOnlyList<string> HostsOf(PlanStep step) => step.As<PreparePackage>().Hosts ?? [step.Node!];

    /// <summary>SHA-256 of a program of the package on a host; null before it is prepared there.</summary>
    public static string? Program(Plan plan, string host, string program) => plan.Steps
        .Find(s => s.Is<PreparePackage>() && HostsOf(s).Contains(host, StringComparer.Ordinal))
        ?.Recorded(ProgramFact(program));

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var hosts = Hosts ?? [context.Node];

        // The plan checks extensions only if tablet servers start PostgreSQL.
        var sqlIsOn = context.Plan.Step(YugabyteStepIds.Extensions) is not null;
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var host in hosts)
        {
            var request = PackageRequests.For(Cluster, Targets.Hosts.ToolHost, host);
            var state = await Targets.Hosts.Files(host).PackageAsync(request, cancellationToken);
            if (!state.IsComplete)
            {
                return state.IsWrong
                    ? new Observation.Failed(Reasons.PackageCorrupt, $"{host}: {state.Problem}")
                    : new Observation.NotStarted(state.Problem);
            }

            if (Unfit(host, hosts[0], request, state, facts) is { } unfit)
            {
                return unfit;
            }

            var proof = new PackageProof(Cluster, Targets.Hosts.Files(host));
            if (await proof.ProblemAsync(request.Components, sqlIsOn, cancellationToken) is { } problem)
            {
                return new Observation.Failed(problem.Reason, problem.Message);
            }
        }

        return new Observation.Done(null, facts);
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var host in Hosts ?? [context.Node])
        {
            Targets.EnsureMayAct();
            var request = PackageRequests.For(Cluster, Targets.Hosts.ToolHost, host);
            await Targets.Hosts.Files(host).PreparePackageAsync(request, progress: null, cancellationToken);
        }
    }

    // Records the programs of a host; the hosts of a group must have the same files.
    private Observation.Failed? Unfit(
        string host, string first, PackageRequest request, PackageState state, SortedDictionary<string, string> facts)
    {
        if (request.Programs.FirstOrDefault(p => !state.Programs.ContainsKey(p)) is { } missing)
        {
            return new Observation.Failed(
                Reasons.PackageMissing,
                $"{host}: the package in {Cluster.Spec.Package.Directory} has no bin/{missing}. Either it is the "
                + "package of another database, or spec.yugabyte.names is wrong.");
        }

        foreach (var (program, sha256) in state.Programs)
        {
            if (facts.TryGetValue(ProgramFact(program), out var other) && other != sha256)
            {
                return new Observation.Failed(
                    Reasons.PackageCorrupt,
                    $"{host}: {program} differs from the file on {first}. Copy the same package to all hosts.");
            }

            facts[ProgramFact(program)] = sha256;
        }

        return null;
    }
}
