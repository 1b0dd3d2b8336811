namespace Drydock.Lab.Accidents;

/// <summary>
/// Judges the end of a run whose object was deleted. In every case no mistake was made and no snapshot is lost. If only
/// the object was deleted, either the plan was finished with its golden end, or everything was undone and applying the
/// same manifest again reaches that end. If the namespace was deleted, the operator has ended its work and holds no
/// claim.
/// </summary>
internal sealed class AbsentUpgrade : IAsyncDisposable
{
    private readonly UpgradeStage _stage;
    private readonly string _space;
    private readonly CancellationTokenSource _following = new();
    private readonly ObjectFollower _follower;
    private readonly Task _followed;

    /// <summary>Follows the object from now on, so that its last state is known after it is deleted.</summary>
    public AbsentUpgrade(UpgradeStage stage, string space)
    {
        (_stage, _space) = (stage, space);
        _follower = new ObjectFollower(
            stage.ControlPlane, $"/apis/drydock.dev/v1alpha1/namespaces/{space}/omsupgrades", UpgradeCourse.Name);
        _followed = FollowAsync();
    }

    /// <summary>Waits until the object is gone and examines the targets.</summary>
    /// <returns>How the run ended, and why that end is not good; null if it is good.</returns>
    public async Task<(string Way, string? Difference)> EndAsync(
        AccidentToll toll, UpgradeCourse course, GoldenRun golden, TimeSpan patience,
        CancellationToken cancellationToken)
    {
        var kept = Manifests();
        try
        {
            await Deadline.UntilAsync(
                $"{UpgradeCourse.Name} to be gone", async _ => await IsGoneAsync(toll), patience,
                cancellationToken: cancellationToken);
        }
        catch (LabException exception)
        {
            return ("did not go", $"{exception.Message}; {Last?["status"]?["phase"]}: {Last?["status"]?["message"]}");
        }

        var lost = kept.Except(Manifests(), StringComparer.Ordinal).ToList();
        if (lost.Count > 0)
        {
            return ("gone", $"with it went {string.Join(", ", lost)}");
        }

        var punished = await _stage.Oms.PunishmentsAsync();
        if (punished.Count > 0)
        {
            return ("gone", $"punished: {string.Join(", ", punished)}");
        }

        return toll == AccidentToll.Namespace
            ? await LetGoAsync()
            : await AgainAsync(course, golden, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _following.CancelAsync();
        await _followed;
        _following.Dispose();
    }

    private JsonNode? Last => _follower.Seen.Count == 0 ? null : _follower.Seen[^1];

    private async Task<(string Way, string? Difference)> LetGoAsync()
    {
        var claims = (await _stage.ControlPlane.KubectlAsync(
            ["-n", UpgradeStage.OperatorNamespace, "get", "leases", "-o", "name"]))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(name => name.Contains("drydock-target-", StringComparison.Ordinal)).ToList();
        return ($"let go in {Last?["status"]?["phase"]}", claims.Count == 0
            ? null
            : $"still claimed: {string.Join(", ", claims)}");
    }

    private async Task<(string Way, string? Difference)> AgainAsync(
        UpgradeCourse course, GoldenRun golden, CancellationToken cancellationToken)
    {
        var objects = await _stage.ControlPlane.KubectlAsync(
            ["-n", _space, "get", "backupsnapshots.drydock.dev", "-o", "name"], cancellationToken: cancellationToken);
        var phase = Last?["status"]?["phase"]?.GetValue<string>();
        var missing = Last?["status"]?["snapshotRef"]?["name"]?.GetValue<string>() is { } snapshot
            && !objects.Contains(snapshot, StringComparison.Ordinal);
        if (missing)
        {
            return ("gone", "its BackupSnapshot went with it");
        }

        if (RefetchText.Normalize((await _stage.Oms.ReadStateAsync()).ToString(), Last!) == golden.EndState)
        {
            return ($"{phase}, then gone", null);
        }

        if (course.Goal == UpgradeGoal.Rollback)
        {
            return ($"{phase}, then gone", "the rollback was not finished");
        }

        await course.BeginAsync(_space, cancellationToken);
        try
        {
            await course.OverAsync(_space, cancellationToken);
        }
        catch (LabException exception)
        {
            return ("undone → gone → applied anew", exception.Message);
        }

        return (
            "undone → gone → applied anew → Succeeded", await course.DifferenceAsync(_space, golden, counts: false));
    }

    private async Task<bool> IsGoneAsync(AccidentToll toll)
    {
        var left = toll == AccidentToll.Namespace
            ? await _stage.ControlPlane.KubectlAsync(["get", "namespace", _space, "--ignore-not-found", "-o", "name"])
            : await _stage.ControlPlane.KubectlAsync([
                "-n", _space, "get", "omsupgrades.drydock.dev", UpgradeCourse.Name, "--ignore-not-found", "-o",
                "name"]);
        return left.Trim().Length == 0;
    }

    // The manifest is written last, so a snapshot with a manifest is complete.
    private HashSet<string> Manifests() =>
        [.. Directory.EnumerateFiles(_stage.Snapshots, "manifest*", SearchOption.AllDirectories)];

    private async Task FollowAsync()
    {
        try
        {
            await _follower.UntilAsync(_ => false, TimeSpan.FromMinutes(15), _following.Token);
        }
        catch (Exception exception)
            when (exception is OperationCanceledException or LabException or HttpRequestException or IOException)
        {
            // The states seen until then are enough.
            return;
        }
    }
}
