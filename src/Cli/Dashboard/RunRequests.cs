using Drydock.Abstractions.Plans;
using Drydock.Cli.Changes;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;
using Drydock.Clients.Kubernetes.Client;
using Drydock.Clients.Kubernetes.Errors;
using Drydock.Crds.BackupSnapshots;

namespace Drydock.Cli.Dashboard;

/// <summary>What the page asks about one run, and the changes that it asks for.</summary>
internal sealed class RunRequests(IKubernetesClient kubernetes, TimeProvider time)
{
    /// <summary>How long a change waits for the operator.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>How the user chose the cluster, so that the commands on the page mean the same runs.</summary>
    public RunAddress Address { get; init; } = RunAddress.Default;

    /// <summary>A kind by its name in a path; null if there is none.</summary>
    public static RunKind? Kind(string name) => RunKind.All.FirstOrDefault(k => k.IsNamed(name));

    /// <summary>A run.</summary>
    /// <exception cref="CliException">There is none.</exception>
    public async Task<Run> GetAsync(
        RunKind kind, string @namespace, string name, CancellationToken cancellationToken) =>
        await kind.GetAsync(kubernetes, @namespace, name, cancellationToken) is { } run
            ? run with { Address = Address }
            : throw new CliException($"There is no {kind.Kind} {name} in namespace {@namespace}.");

    /// <summary>The snapshots that a run refers to.</summary>
    public async Task<IReadOnlyList<SnapshotView>> SnapshotsAsync(Run run, CancellationToken cancellationToken)
    {
        List<SnapshotView> snapshots = [];
        foreach (var (name, purpose) in RunPages.Snapshots(run))
        {
            var view = new SnapshotView(name, purpose);
            try
            {
                var snapshot = await kubernetes.GetAsync<BackupSnapshot>(
                    name, run.Metadata.Namespace, cancellationToken);
                snapshots.Add(snapshot is null
                    ? view with { Problem = $"There is no BackupSnapshot {run.Metadata.Namespace}/{name}." }
                    : Read(view, snapshot.Status));
            }
            catch (KubernetesException failure)
            {
                snapshots.Add(view with { Problem = DashboardProblems.Explain(failure) });
            }
        }

        return snapshots;
    }

    /// <summary>What differs between a plan of a run and a plan of the same or another run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="planName">Its plan; null for the one that runs.</param>
    /// <param name="with">The other run as KIND/NAMESPACE/NAME.</param>
    /// <param name="withPlan">The plan of the other run; null for the one that runs.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <exception cref="CliException">There is no such plan.</exception>
    public async Task<DifferenceView> DifferenceAsync(
        Run run, string? planName, string? with, string? withPlan, CancellationToken cancellationToken)
    {
        if (with?.Split('/') is not [var kind, var space, var name] || Kind(kind) is not { } known)
        {
            throw new CliException("Name the other run as KIND/NAMESPACE/NAME.");
        }

        var other = await GetAsync(known, space, name, cancellationToken);
        var (before, former) = PlanOf(other, withPlan);
        var (after, present) = PlanOf(run, planName);
        return RunPages.Difference(before, former, after, present);
    }

    /// <summary>What a change would do.</summary>
    /// <exception cref="CliException">The state of the run does not allow it, or there is no such verb.</exception>
    public static PreviewView Preview(Run run, string verb, string? argument) =>
        new(Find(verb, argument)(run).Sentence, OfferedVerbs.Command(run, verb, argument));

    /// <summary>Writes a change, and waits until the operator has taken it up.</summary>
    /// <exception cref="CliException">The run is not as the user has seen it. Nothing was written.</exception>
    public async Task<OutcomeView> ChangeAsync(Run run, ChangeRequest wanted, CancellationToken cancellationToken)
    {
        var plan = Find(wanted.Verb, wanted.Argument);
        if (run.Metadata.Uid != wanted.Uid)
        {
            throw CliException.Refused($"{run.FullName} was deleted and created again, and nothing was written.");
        }

        var change = plan(run);
        if (!change.Keeps(wanted.Sentence))
        {
            throw CliException.Refused(
                $"{run.FullName} changed meanwhile, and nothing was written. Now: {change.Sentence}");
        }

        (run, change) = await ChangeWriter.WriteAsync(kubernetes, run, change, plan, cancellationToken);
        var effect = await ChangeWriter.WaitAsync(kubernetes, run, change, Patience, time, cancellationToken);
        return effect is null
            ? new OutcomeView(ChangeWriter.NotTakenUp(run, Patience), IsRefused: false)
            : new OutcomeView(effect.Sentence, effect.IsRefused);
    }

    private static Func<Run, Change> Find(string verb, string? argument) =>
        OfferedVerbs.Find(verb, argument) ?? throw new CliException($"There is no change '{verb}'.");

    private static (PlanName Name, Plan Plan) PlanOf(Run run, string? name)
    {
        var found = string.IsNullOrEmpty(name)
            ? run.Plans.LastOrDefault()
            : run.Plans.FirstOrDefault(p => p.Name == name);
        return found.Plan is { } plan
            ? (new PlanName(run.FullName, found.Name, plan.Hash), plan)
            : throw new CliException($"{run.FullName} has no {name ?? "plan"} yet.");
    }

    private static SnapshotView Read(SnapshotView view, BackupSnapshotStatus? status) => view with
    {
        Phase = status?.Phase,
        Message = status?.Message,
        Size = status?.Size,
        Path = status?.Path,
        Verified = status?.Verified,
        Databases = [.. (status?.Databases ?? []).Select(d => d.Name)],
    };
}
