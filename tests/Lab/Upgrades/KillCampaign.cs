using System.Text.Json.Nodes;
using Drydock.Lab.Oms;

namespace Drydock.Lab.Upgrades;

/// <summary>
/// Kills the operator (SIGKILL) right before or right after one of its writes or acts, starts another, and compares end state and counts of run-once
/// actions with the undisturbed run.
/// </summary>
/// <param name="stage">A stage with fault proxies.</param>
public sealed class KillCampaign(UpgradeStage stage)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly LabOperatorOptions Alone = new() { LeaderElection = false };

    private readonly StageFaults _faults = stage.Faults ?? throw new ArgumentException("the stage has no fault proxies", nameof(stage));

    /// <summary>Runs an upgrade undisturbed.</summary>
    public async Task<GoldenRun> GoldenAsync(CancellationToken cancellationToken = default)
    {
        await stage.ResetAsync(cancellationToken);
        var space = await stage.NewNamespaceAsync();
        await using var op = stage.StartOperator(Alone);
        await op.WaitUntilReadyAsync(cancellationToken);
        _faults.Ledger.Reset();
        await stage.ApplyAsync(stage.Manifest(space).ToJsonString());
        await stage.WaitForAsync(space, Succeeded, Patience, cancellationToken: cancellationToken);
        await stage.WaitForAsync(space, Released, Patience, cancellationToken: cancellationToken);
        return new GoldenRun(_faults.Ledger.Acts, (await stage.Oms.ReadStateAsync()).ToString(), await CountsAsync(space));
    }

    /// <summary>Kills at one point and lets a successor bring the upgrade to its end.</summary>
    public async Task<KillOutcome> KillAtAsync(int number, FaultSide side, GoldenRun golden, CancellationToken cancellationToken = default)
    {
        await stage.ResetAsync(cancellationToken);
        var space = await stage.NewNamespaceAsync();
        var first = stage.StartOperator(Alone);
        try
        {
            await first.WaitUntilReadyAsync(cancellationToken);
            _faults.Ledger.Reset();
            var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _faults.Ledger.At(number, side, FaultAction.Call(
                async _ =>
                {
                    await first.KillAsync();
                    killed.TrySetResult();
                },
                FaultAction.Cut));
            await stage.ApplyAsync(stage.Manifest(space).ToJsonString());
            var ended = stage.WaitForAsync(space, Released, Patience, cancellationToken: cancellationToken);
            await Task.WhenAny(killed.Task, ended);
            if (!killed.Task.IsCompleted)
            {
                await ended;
                return new KillOutcome(number, side, null, await DifferenceAsync(space, golden));
            }

            await using var second = stage.StartOperator(Alone);
            try
            {
                await ended;
            }
            catch (LabException exception)
            {
                return new KillOutcome(number, side, Struck(), $"{exception.Message}\n{second.Process.LogTail(15)}");
            }

            return new KillOutcome(number, side, Struck(), await DifferenceAsync(space, golden));
        }
        finally
        {
            await first.DisposeAsync();
        }
    }

    private static bool Succeeded(JsonNode upgrade) => upgrade["status"]?["phase"]?.GetValue<string>() == "Succeeded";

    // The very end: the claim and the finalizer are gone too.
    private static bool Released(JsonNode upgrade) =>
        Succeeded(upgrade) && upgrade["status"]?["target"]?["claim"] is null && upgrade["metadata"]?["finalizers"] is null;

    private FaultPoint? Struck() => _faults.Ledger.Fired is { Count: > 0 } fired ? fired[0] : null;

    private async Task<string?> DifferenceAsync(string space, GoldenRun golden)
    {
        var state = (await stage.Oms.ReadStateAsync()).ToString();
        if (state != golden.EndState)
        {
            return $"the end state differs:\n--- golden\n{golden.EndState}\n--- this run\n{state}";
        }

        var counts = await CountsAsync(space);
        var different = golden.Counts.Where(g => counts.GetValueOrDefault(g.Key) != g.Value).Select(g => $"{g.Key} {counts.GetValueOrDefault(g.Key)} times instead of {g.Value}").ToList();
        return different.Count == 0 ? null : string.Join("; ", different);
    }

    private async Task<IReadOnlyDictionary<string, int>> CountsAsync(string space)
    {
        var audit = await stage.Oms.AuditAsync();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in new[] { OmsEvents.JarStart, OmsEvents.JarEnd, OmsEvents.InitStart, OmsEvents.InitEnd, OmsEvents.Punished })
        {
            counts[entry] = audit.Count(a => a.Event == entry);
        }

        counts["new container start"] = audit.Count(a => a.Event == OmsEvents.ContainerStart && a.Version == "4.2.2");
        counts["old container stop"] = audit.Count(a => a.Event == OmsEvents.ContainerStop && a.Version == "3.2.2");
        var snapshots = JsonNode.Parse(await stage.ControlPlane.KubectlAsync(["-n", space, "get", "backupsnapshots.drydock.dev", "-o", "json"]))!;
        counts["snapshots"] = snapshots["items"]!.AsArray().Count;
        foreach (var host in stage.Hosts)
        {
            counts[$"containers on {host.Name}"] = (await host.DockerAsync(["ps", "-aq"])).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        }

        return counts;
    }
}
