using System.Collections.Concurrent;
using ContainerListResponse = Docker.DotNet.Models.ContainerListResponse;

namespace Drydock.Reconcilers.Oms;

/// <summary>Reads what the run-once commands of an upgrade left on its nodes, whichever plan ran them, and closes
/// it.</summary>
internal sealed class Witnesses(OmsTargets targets, TimeProvider time)
{
    /// <summary>Lists the files that say what happened. Arguments: the mount and the directory below it.</summary>
    public const string Script =
        """
        cd "$1" || exit 1
        [ ! -e "$2" ] || find "$2" -mindepth 2 -maxdepth 4 -type f \
          \( -name T1 -o -name started -o -name closed \) || exit 1
        """;

    /// <summary>Between its output and that of another script.</summary>
    public const string Separator = "--";

    private const string Mount = RunOnceCommand.LogsMount;

    private readonly ConcurrentDictionary<string, bool> _visible = new(StringComparer.Ordinal);

    private string Root => $"drydock/{targets.Upgrade.Metadata.Uid}";

    /// <summary>The file that says that a plan stopped the old container of a node.</summary>
    public string MarkerOf(PlanProgress plan) => $"{Mount}/{Root}/{plan.Tag}/T1";

    /// <summary>What was found and the record of a plan does not explain: then the status is older than the
    /// nodes.</summary>
    /// <param name="begins">A step as it is to begin.</param>
    public List<Witness> Unexplained(
        PlanProgress plan, IReadOnlyCollection<NodeWitnesses> seen, Step? begins = null)
    {
        var unknown = Unknown(seen).Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        return [.. seen.SelectMany(s => s.Started).Where(w => w.PlanId == plan.Id ? IsAhead(w) : IsForeign(w))];

        Step? StepOf(Witness witness) => witness.Step == (begins is null ? null : WitnessedExec.NameOf(begins.Id))
            ? begins
            : plan.Steps.Find(s => WitnessedExec.NameOf(s.Id) == witness.Step);

        bool IsAhead(Witness witness) => (StepOf(witness)?.Attempt ?? 0) < witness.Attempt;

        // The data are what it left, unless an administrator has taken its result over. One that is closed is over;
        // but what a plan did that the status does not know of is not in its record either.
        bool IsForeign(Witness witness) => (!witness.IsClosed || unknown.Contains(witness.PlanId))
            && StepOf(witness)?.Accepted?.Reason != Reasons.StatusOutdated;
    }

    /// <summary>The plans that ran on the nodes and that the status does not know of, so it is older than they are.
    /// Those before the oldest one that it remembers are not among them.</summary>
    public List<FormerPlan> Unknown(IEnumerable<NodeWitnesses> seen)
    {
        var status = targets.Upgrade.Status ?? new OmsUpgradeStatus();
        var known = status.FormerPlans.Select(p => p.Id).Append(status.Plan?.Id)
            .ToHashSet(StringComparer.Ordinal);
        var oldest = status.FormerPlans.Count < SchemaLimits.History ? 0 : status.FormerPlans.Min(p => p.Number);
        return [.. PlansOf(seen).Where(p => !known.Contains(p.Id) && p.Number >= oldest)];
    }

    /// <summary>The plans of which nothing is open, so that another one may follow them.</summary>
    public static IEnumerable<FormerPlan> Ended(IReadOnlyCollection<NodeWitnesses> seen) =>
        PlansOf(seen).Where(p => seen.SelectMany(s => s.Started).All(w => w.PlanId != p.Id || w.IsClosed));

    private static IEnumerable<FormerPlan> PlansOf(IEnumerable<NodeWitnesses> seen) => seen
        .SelectMany(s => s.Started.Select(w => new FormerPlan { Number = w.Number, Id = w.PlanId }).Concat(s.StoppedBy))
        .OrderByDescending(p => p.Number)
        .DistinctBy(p => p.Id, StringComparer.Ordinal);

    /// <summary>Before the new version is stopped or data are restored: refuses it if a later plan, or a later attempt,
    /// ran on the nodes, because the status was put back then. A rollback that was held knows what this plan
    /// did. Nodes that cannot be read are left to the guards.</summary>
    public async Task RequireLatestAsync(StepContext context, CancellationToken cancellationToken)
    {
        var plan = targets.Upgrade.Status?.Plan ?? context.Plan;
        var seen = await LookAtAnyAsync(plan, cancellationToken);
        var unknown = Unknown(seen);
        var ahead = context.Plan.Hold is null
            ? Unexplained(plan, seen).FindAll(w => w.PlanId == plan.Id)
            : [];
        if (unknown.Count > 0 || ahead.Count > 0)
        {
            var records = unknown.Select(p => $"{Mount}/{Root}/{p.Number}-{p.Id}")
                .Concat(ahead.Select(w => w.Directory));
            throw new StepActionException(
                Reasons.StatusOutdated,
                $"Nothing was stopped or restored: {Describe(unknown, ahead)} If OMS is to stay as it is, set "
                + $"{Annotations.OnDelete}={Annotations.Abandon} and delete this object. To go back all the same, and "
                + "lose what was written since, remove these records in a container of each node, then retry: "
                + $"`rm -r {string.Join(' ', records.Distinct(StringComparer.Ordinal))}`.",
                retryable: false);
        }
    }

    /// <summary>Why a status is older than the nodes, as a sentence.</summary>
    public static string Describe(List<FormerPlan> unknown, List<Witness> unexplained) => unexplained.Count > 0
        ? Witness.Describe(unexplained)
        : $"the nodes were upgraded by {Sentences.List([.. unknown.Select(p => $"plan {p.Number}-{p.Id}")], 5)}, which "
            + "the status does not know. The status was restored from a backup, or another operator continued it.";

    /// <summary>Looks on the nodes that can be read. Each knows the plans that stopped its old container.</summary>
    /// <exception cref="StepActionException">None can be.</exception>
    public async Task<NodeWitnesses[]> LookAtAnyAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var looks = Looks(plan, also: null, cancellationToken);
        await Task.WhenAll(looks.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var read = looks.FindAll(look => look.IsCompletedSuccessfully);
        return await Task.WhenAll(read.Count > 0 ? read : looks);
    }

    /// <summary>Looks on all nodes of a plan.</summary>
    /// <exception cref="StepActionException">A node cannot be read; it is named.</exception>
    public Task<NodeWitnesses[]> LookAsync(PlanProgress plan, CancellationToken cancellationToken) =>
        Task.WhenAll(Looks(plan, also: null, cancellationToken));

    /// <summary>One look for each node of a plan, all at once.</summary>
    /// <param name="also">A script that is run in each container as well, if it runs.</param>
    public List<Task<NodeWitnesses>> Looks(PlanProgress plan, string? also, CancellationToken cancellationToken) =>
        [.. OmsPlanProgress.Stops(plan).Select(stop => LookAsync(plan, stop.Node!, also, cancellationToken))];

    /// <summary>Looks in the new container of a node if it runs, else in the old one.</summary>
    /// <exception cref="StepActionException">The node cannot be read; it is named.</exception>
    public Task<NodeWitnesses> LookAsync(
        PlanProgress plan, string node, string? also, CancellationToken cancellationToken)
    {
        var old = OmsPlanProgress.Stops(plan).First(s => s.Node == node).As<StopContainer>().Container;
        var present = targets.Containers().Where(c => c.Node.Name == node).Select(c => c.Container);
        return LookAsync(node, [OmsPlanProgress.NewName(plan, node), old, .. present], also, cancellationToken);
    }

    /// <param name="containers">Those whose mount has the witnesses; the first that runs is asked.</param>
    public async Task<NodeWitnesses> LookAsync(
        string node, IReadOnlyList<string> containers, string? also, CancellationToken cancellationToken)
    {
        try
        {
            var docker = targets.Docker(node);
            string? stopped = null;
            foreach (var name in containers)
            {
                var container = await docker.Containers.FindContainerAsync(name, cancellationToken);
                if (container is { State.Running: true })
                {
                    return container.State.Paused
                        ? throw new IOException(Paused(node, container.ShortName))
                        : await AskAsync(docker, node, container.ShortName, also, cancellationToken);
                }

                stopped ??= container?.ShortName;
            }

            return stopped is null
                ? throw new IOException($"it has none of the containers {string.Join(", ", containers)} any more.")
                : Of(node, stopped, await docker.Containers.ListAsync(
                    stopped, $"{Mount}/{Root}", cancellationToken) ?? [], []);
        }
        catch (Exception exception) when (exception is DockerException or IOException or InvalidDataException)
        {
            throw new StepActionException(
                Reasons.HostUnreachable,
                $"What ran once on {node} cannot be read, so nothing is started that depends on it: "
                + $"{Sentences.Close(exception.Message)} It is read again automatically.",
                retryable: true,
                exception)
            {
                NotTaken = true,
            };
        }
    }

    /// <summary>Why dockerd refuses a command in a container that runs.</summary>
    public static string Paused(string node, string container) =>
        $"{container} on {node} is paused, and what ran in it continues later. On that host, run `docker unpause "
        + $"{container}`.";

    /// <summary>Whether another container has the logs of OMS where OMS writes them, whatever path of the host they
    /// come from (a symbolic link, a volume): this upgrade has written there. Mounts never change, so one is asked
    /// once.</summary>
    public async Task<bool> IsVisibleAsync(
        string node, ContainerListResponse container, CancellationToken cancellationToken)
    {
        if (_visible.TryGetValue(container.ID, out var known)
            || !container.Mounts.Any(mount => mount.RW && OmsMounts.Covers(mount.Destination, Mount)))
        {
            return known;
        }

        try
        {
            return _visible[container.ID] = await targets.Docker(node).Containers.FindAsync(
                container.ID, $"{Mount}/{Root}", cancellationToken) is not null;
        }
        catch (DockerApiException)
        {
            // The source of a mount is gone, or the container is, so nothing is written through it.
            return false;
        }
    }

    /// <summary>Writes <see cref="MarkerOf"/>. By it another volume is known, and that the plan is no older
    /// copy.</summary>
    public Task MarkAsync(PlanProgress plan, string node, string container, CancellationToken cancellationToken) =>
        WriteAsync(node, container, $"{Root}/{plan.Tag}/T1", plan.Tag, cancellationToken);

    /// <summary>Marks all that was started as over: the run has ended, or the data are about to be restored. From then
    /// on the volumes that are mounted now are those that count.</summary>
    /// <exception cref="StepActionException">A node cannot be read; it is named.</exception>
    public async Task CloseAsync(PlanProgress plan, string verdict, CancellationToken cancellationToken)
    {
        foreach (var seen in await LookAsync(plan, cancellationToken))
        {
            if (!seen.IsStoppedBy(plan))
            {
                await MarkAsync(plan, seen.Node, seen.Container, cancellationToken);
            }

            foreach (var open in seen.Started.Where(w => !w.IsClosed))
            {
                var closed = $"{open.Directory[(Mount.Length + 1)..]}/closed";
                await WriteAsync(seen.Node, seen.Container, closed, $"{verdict} {plan.Tag}", cancellationToken);
            }
        }
    }

    private async Task WriteAsync(
        string node, string container, string path, string text, CancellationToken cancellationToken)
    {
        targets.EnsureMayAct();
        using var content = new MemoryStream(Encoding.UTF8.GetBytes($"{text}\n"));
        await targets.Docker(node).Containers.CopyFileAsync(
            container, Mount, path, content, content.Length, time.GetUtcNow(), cancellationToken);
    }

    private async Task<NodeWitnesses> AskAsync(
        DockerClient docker, string node, string container, string? also, CancellationToken cancellationToken)
    {
        var answer = await docker.RunExecAsync(
            container,
            ["/bin/sh", "-c", $"{Script}\necho {Separator}\n{also}", "drydock-witnesses", Mount, Root],
            cancellationToken);
        var lines = answer.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return answer.ExitCode == 0 && Array.IndexOf(lines, Separator) is >= 0 and var end
            ? Of(node, container, lines[..end], lines[(end + 1)..])
            : throw new IOException($"the look in {container} ended with {answer.ExitCode} {answer.Stderr.Trim()}");
    }

    private NodeWitnesses Of(string node, string container, IEnumerable<string> paths, IReadOnlyList<string> also)
    {
        var (root, uid) = ($"{Mount}/{Root}", targets.Upgrade.Metadata.Uid!);
        var files = paths.Select(p => p[(p.IndexOf(uid, StringComparison.Ordinal) + uid.Length)..].Trim('/'))
            .ToHashSet(StringComparer.Ordinal);
        var split = files.Select(file => file.Split('/')).ToList();
        return new NodeWitnesses(
            node,
            container,
            [
                .. from parts in split
                   where parts is [_, _, _, "started"]
                   let tag = parts[0].Split('-')
                   let directory = string.Join('/', parts[..3])
                   let isClosed = files.Contains($"{directory}/closed")
                   select new Witness(
                       node, $"{root}/{directory}", Read(tag[0]), tag[^1], parts[1], Read(parts[2]), isClosed),
            ],
            [
                .. from parts in split
                   where parts is [_, "T1"]
                   let tag = parts[0].Split('-')
                   select new FormerPlan { Number = Read(tag[0]), Id = tag[^1] },
            ],
            also);

        int Read(string digits) => int.TryParse(digits, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new IOException(
                $"'{digits}' in {root} is no record of this upgrade. Move it to another directory.");
    }
}

/// <summary>What was found on a node.</summary>
/// <param name="Container">Name of the container by which it was read.</param>
/// <param name="StoppedBy">The plans that stopped its old container.</param>
/// <param name="Also">The lines of the other script.</param>
internal sealed record NodeWitnesses(
    string Node,
    string Container,
    IReadOnlyList<Witness> Started,
    List<FormerPlan> StoppedBy,
    IReadOnlyList<string> Also)
{
    public bool IsStoppedBy(PlanProgress plan) => StoppedBy.Exists(p => p.Id == plan.Id);
}

/// <summary>A run-once command that was started (<see cref="WitnessedExec"/>).</summary>
/// <param name="Directory">Where its files are in a container of the node.</param>
/// <param name="Number">The number that its plan had then.</param>
/// <param name="Step">The name of its step in paths.</param>
/// <param name="IsClosed">Whether its run has ended, or its data were restored.</param>
internal sealed record Witness(
    string Node, string Directory, int Number, string PlanId, string Step, int Attempt, bool IsClosed)
{
    private const int Named = 5;

    /// <summary>Continues "because".</summary>
    public static string Describe(IEnumerable<Witness> witnesses) =>
        "the status does not know of "
        + Sentences.List([.. witnesses.Select(w => $"{w.Step} on {w.Node} (attempt {w.Attempt} of plan "
            + $"{w.Number}-{w.PlanId}{(w.IsClosed ? ", which is over" : "")})")], Named)
        + ": it is older than the nodes.";
}
