using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The new version on one host, or a few, beside the old one (docs/research/yugabytedb.md#procedure): archive,
/// checksum, post_install.sh, extensions. The checksums of its programs are recorded: by them every later step tells a
/// new process from an old one.
/// </summary>
internal sealed class PreparePackage(IYugabyteTargets targets) : YugabyteStep(targets)
{
    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var hosts = YugabyteWork.Hosts(context.Step);
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var host in hosts)
        {
            var request = PackageRequests.For(Cluster, Targets.Hosts.ToolHost, host);
            var state = await Targets.Hosts.Files(host).PackageAsync(request, cancellationToken);
            if (!state.IsComplete)
            {
                return state.IsWrong ? new Observation.Failed(Reasons.PackageCorrupt, $"{host}: {state.Problem}") : new Observation.NotStarted(state.Problem);
            }

            if (Unfit(host, hosts[0], request, state, facts) is { } unfit)
            {
                return unfit;
            }
        }

        return new Observation.Done(null, facts);
    }

    /// <inheritdoc />
    protected override async Task WorkAsync(StepContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        foreach (var host in YugabyteWork.Hosts(context.Step))
        {
            Targets.EnsureMayAct();
            await Targets.Hosts.Files(host).PreparePackageAsync(PackageRequests.For(Cluster, Targets.Hosts.ToolHost, host), progress: null, cancellationToken);
        }
    }

    // Notes the programs of a host; those of a group of hosts must be the same files.
    private Observation.Failed? Unfit(
        string host, string first, PackageRequest request, PackageState state, SortedDictionary<string, string> facts)
    {
        if (request.Programs.FirstOrDefault(p => !state.Programs.ContainsKey(p)) is { } missing)
        {
            return new Observation.Failed(Reasons.PackageMissing, $"{host}: the package in {Cluster.Spec.Package.Directory} has no bin/{missing}; it is not this database's, or spec.yugabyte.names is wrong");
        }

        foreach (var (program, sha256) in state.Programs)
        {
            if (facts.TryGetValue(YugabyteKeys.Program(program), out var other) && other != sha256)
            {
                return new Observation.Failed(Reasons.PackageCorrupt, $"{program} on {host} is another file than on {first}; copy the same package to all hosts");
            }

            facts[YugabyteKeys.Program(program)] = sha256;
        }

        return null;
    }
}
