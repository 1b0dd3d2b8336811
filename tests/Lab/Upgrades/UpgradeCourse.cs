namespace Drydock.Lab.Upgrades;

/// <summary>
/// The course of one run on a stage: which manifest is applied when, and how the end is read. It is the same for
/// undisturbed runs, kills and accidents.
/// </summary>
/// <param name="goal">The goal of the run.</param>
public sealed class UpgradeCourse(UpgradeStage stage, UpgradeGoal goal)
{
    /// <summary>Name of the upgrade.</summary>
    public const string Name = "oms-322-to-422";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private const int Looks = 60;
    private static readonly string[] RunOnce =
        [OmsEvents.JarStart, OmsEvents.JarEnd, OmsEvents.InitStart, OmsEvents.InitEnd, OmsEvents.Punished];

    public UpgradeGoal Goal => goal;

    /// <summary>Changes the manifest before it is applied.</summary>
    public Action<JsonObject>? Change { get; init; }

    /// <summary>status.phase at the goal.</summary>
    public string EndPhase => goal == UpgradeGoal.Rollback ? "RolledBack" : "Succeeded";

    /// <summary>Whether the upgrade has reached its goal and has neither claim nor finalizer.</summary>
    public bool IsOver(JsonNode upgrade) => IsOver(upgrade, EndPhase);

    /// <summary>
    /// Prepares a fresh namespace for the goal: for an upgrade it applies nothing, for a rollback it runs the upgrade
    /// to Succeeded. An operator must run.
    /// </summary>
    /// <returns>The namespace.</returns>
    public async Task<string> PrepareAsync(CancellationToken cancellationToken)
    {
        var space = await stage.NewNamespaceAsync();
        if (goal == UpgradeGoal.Rollback)
        {
            await ApplyAsync(space);
            await stage.WaitForAsync(space, x => IsOver(x, "Succeeded"), Patience, Name, cancellationToken);
        }

        return space;
    }

    /// <summary>Begins the run: applies the manifest, or sets desiredState and approves the held rollback.</summary>
    public async Task BeginAsync(string space, CancellationToken cancellationToken)
    {
        if (goal == UpgradeGoal.Upgrade)
        {
            await ApplyAsync(space);
            return;
        }

        await RollBackAsync(space);
        _ = ApproveAsync(space, cancellationToken);
    }

    /// <summary>Sets desiredState to RolledBack.</summary>
    public Task RollBackAsync(string space) =>
        stage.ControlPlane.KubectlAsync([
            "-n", space, "patch", "omsupgrades.drydock.dev", Name, "--type=merge", "-p",
            """{"spec":{"desiredState":"RolledBack"}}"""]);

    /// <summary>Waits until the upgrade is over.</summary>
    public Task<JsonNode> OverAsync(string space, CancellationToken cancellationToken, TimeSpan? patience = null) =>
        stage.WaitForAsync(space, IsOver, patience ?? Patience, Name, cancellationToken);

    /// <summary>How often each action was done that must not be repeated.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CountsAsync(string space)
    {
        var audit = await stage.Oms.AuditAsync();
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in RunOnce)
        {
            counts[entry] = audit.Count(a => a.Event == entry);
        }

        counts["new container start"] = audit.Count(
            a => a.Event == OmsEvents.ContainerStart && a.Version == stage.Oms.To.Version);
        counts["old container start"] = audit.Count(
            a => a.Event == OmsEvents.ContainerStart && a.Version == stage.Oms.From.Version);
        counts["old container stop"] = audit.Count(
            a => a.Event == OmsEvents.ContainerStop && a.Version == stage.Oms.From.Version);
        foreach (var kind in new[] { "backupsnapshots", "snapshotrestores" })
        {
            counts[kind] = JsonNode.Parse(await stage.ControlPlane.KubectlAsync(
                ["-n", space, "get", kind + ".drydock.dev", "-o", "json"]))!["items"]!.AsArray().Count;
        }

        foreach (var host in stage.Hosts)
        {
            counts[$"containers on {host.Name}"] = (await host.DockerAsync(["ps", "-aq"]))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
        }

        return counts;
    }

    /// <summary>How an end differs from the undisturbed one; null if it does not.</summary>
    /// <param name="space">Namespace of the run.</param>
    /// <param name="counts">False compares only the end state, and that no mistake was made: a repair repeats some
    /// actions.</param>
    /// <param name="isNatural">Counts, or lines of the end state, that the accident itself explains. They are
    /// ignored.</param>
    public async Task<string?> DifferenceAsync(
        string space, GoldenRun golden, bool counts = true, Func<string, bool>? isNatural = null)
    {
        string[] Lines(string text) => [.. text.Split('\n').Where(line => isNatural?.Invoke(line) != true)];

        // OMS comes up automatically after the upgrade is over: a console that lost its database tries again.
        var state = await EndStateAsync(space);
        var wanted = Lines(golden.EndState);
        for (var look = 0; look < Looks && !Lines(state).SequenceEqual(wanted, StringComparer.Ordinal); look++)
        {
            await Task.Delay(BetweenLooks);
            state = await EndStateAsync(space);
        }

        var found = Lines(state);
        if (!found.SequenceEqual(wanted, StringComparer.Ordinal))
        {
            return string.Join('\n', [
                "the end state differs:", .. wanted.Except(found).Select(line => $"- golden   {line}"),
                .. found.Except(wanted).Select(line => $"+ this run {line}")]);
        }

        var seen = await CountsAsync(space);
        var different = golden.Counts.Where(g => (counts || g.Key == OmsEvents.Punished)
            && isNatural?.Invoke(g.Key) != true && seen.GetValueOrDefault(g.Key) != g.Value)
            .Select(g => $"{g.Key} {seen.GetValueOrDefault(g.Key)} times instead of {g.Value}").ToList();
        return different.Count == 0 ? null : string.Join("; ", [.. different, .. await stage.Oms.PunishmentsAsync()]);
    }

    /// <summary>Runs without an accident.</summary>
    /// <exception cref="LabException">The run did not reach its end, or a rollback did not restore the databases byte
    /// for byte.</exception>
    public async Task<GoldenRun> GoldenAsync(LabOperatorOptions options, CancellationToken cancellationToken)
    {
        await stage.ResetAsync(cancellationToken);
        var before = (await stage.Oms.ReadStateAsync()).DatabaseText();
        await using var op = stage.StartOperator(options);
        await op.WaitUntilReadyAsync(cancellationToken);
        var space = await PrepareAsync(cancellationToken);
        stage.Faults?.Ledger.Reset();
        await BeginAsync(space, cancellationToken);
        var over = await OverAsync(space, cancellationToken);
        var state = await stage.Oms.ReadStateAsync();
        if (goal == UpgradeGoal.Rollback && state.DatabaseText() != before)
        {
            throw new LabException(
                $"the databases are not as they were before the upgrade:\n--- before\n{before}\n--- "
                + $"after\n{state.DatabaseText()}");
        }

        return new GoldenRun(stage.Faults?.Ledger.Acts ?? [], await EndStateAsync(space), await CountsAsync(space))
        {
            Plan = PlanShape.Of(over.Plan(goal == UpgradeGoal.Rollback ? "Rollback" : "Upgrade")!),
        };
    }

    /// <summary>
    /// The end state as text, with the same words for all values of ha.config that are right for their run.
    /// </summary>
    public async Task<string> EndStateAsync(string space) =>
        RefetchText.Normalize((await stage.Oms.ReadStateAsync()).ToString(), await stage.GetUpgradeAsync(space, Name));

    /// <summary>Approves the rollback of a succeeded upgrade once it is held.</summary>
    public async Task ApproveAsync(string space, CancellationToken cancellationToken)
    {
        var held = await stage.WaitForAsync(
            space, x => Hash(x) is not null && IsHeld(x), Patience, Name, cancellationToken);
        var approval = $"drydock.dev/approve={held.WordFor("RollBack", "Rollback")}";
        await stage.ControlPlane.KubectlAsync(
            ["-n", space, "annotate", "--overwrite", "omsupgrades.drydock.dev", Name, approval],
            cancellationToken: cancellationToken);
    }

    private static bool IsOver(JsonNode upgrade, string phase) =>
        upgrade["status"]?["phase"]?.GetValue<string>() == phase && upgrade["status"]?["target"]?["claim"] is null
            && upgrade["metadata"]?["finalizers"] is null;

    private static string? Hash(JsonNode upgrade) => PackedPlans.Head(upgrade, "Rollback")?["hash"]?.GetValue<string>();

    private static bool IsHeld(JsonNode upgrade) =>
        upgrade["status"]?["conditions"]?.AsArray()
            .Any(x => x!["type"]!.GetValue<string>() == "Held" && x["status"]!.GetValue<string>() == "True") == true;

    private async Task ApplyAsync(string space)
    {
        var manifest = stage.Manifest(space, Name);
        Change?.Invoke(manifest);
        await stage.ApplyAsync(manifest.ToJsonString());
    }
}
