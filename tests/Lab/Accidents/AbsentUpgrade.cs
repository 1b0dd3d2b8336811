using System.Text.Json.Nodes;
using Drydock.Lab.Upgrades;

namespace Drydock.Lab.Accidents;

/// <summary>
/// How a run ends whose object was taken away. Good: nothing was punished and no snapshot lost; the object alone gone,
/// either the plan had gone on to its golden end, or all was undone, so that the same manifest applied anew gets there;
/// with the namespace gone, the operator let go and nothing is claimed.
/// </summary>
internal sealed class AbsentUpgrade : IAsyncDisposable
{
    private readonly UpgradeStage _stage;
    private readonly string _space;
    private readonly CancellationTokenSource _following = new();
    private readonly ObjectFollower _follower;
    private readonly Task _followed;

    /// <summary>Begins to follow the object, so that its last state is known when it is gone.</summary>
    public AbsentUpgrade(UpgradeStage stage, string space)
    {
        (_stage, _space) = (stage, space);
        _follower = new ObjectFollower(stage.ControlPlane, $"/apis/drydock.dev/v1alpha1/namespaces/{space}/omsupgrades", UpgradeCourse.Name);
        _followed = FollowAsync();
    }

    /// <summary>Waits until it is gone and looks at what is left.</summary>
    /// <returns>How it ended, and why that is not good; null if it is.</returns>
    public async Task<(string Way, string? Difference)> EndAsync(AccidentToll toll, UpgradeCourse course, GoldenRun golden, TimeSpan patience, CancellationToken cancellationToken)
    {
        var kept = Manifests();
        try
        {
            await Deadline.UntilAsync($"{UpgradeCourse.Name} to be gone", async _ => await IsGoneAsync(toll), patience, cancellationToken: cancellationToken);
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

        return toll == AccidentToll.Namespace ? await LetGoAsync() : await AgainAsync(course, golden, cancellationToken);
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
        var claims = (await _stage.ControlPlane.KubectlAsync(["-n", UpgradeStage.OperatorNamespace, "get", "leases", "-o", "name"])).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(name => name.Contains("drydock-target-", StringComparison.Ordinal)).ToList();
        return ($"let go in {Last?["status"]?["phase"]}", claims.Count == 0 ? null : $"still claimed: {string.Join(", ", claims)}");
    }

    private async Task<(string Way, string? Difference)> AgainAsync(UpgradeCourse course, GoldenRun golden, CancellationToken cancellationToken)
    {
        var objects = await _stage.ControlPlane.KubectlAsync(["-n", _space, "get", "backupsnapshots.drydock.dev", "-o", "name"], cancellationToken: cancellationToken);
        var phase = Last?["status"]?["phase"]?.GetValue<string>();
        var missing = Last?["status"]?["snapshotRef"]?["name"]?.GetValue<string>() is { } snapshot && !objects.Contains(snapshot, StringComparison.Ordinal);
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
            return ($"{phase}, then gone", "the way back was not gone to its end");
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

        return ("undone → gone → applied anew → Succeeded", await course.DifferenceAsync(_space, golden, counts: false));
    }

    private async Task<bool> IsGoneAsync(AccidentToll toll)
    {
        var left = toll == AccidentToll.Namespace
            ? await _stage.ControlPlane.KubectlAsync(["get", "namespace", _space, "--ignore-not-found", "-o", "name"])
            : await _stage.ControlPlane.KubectlAsync(["-n", _space, "get", "omsupgrades.drydock.dev", UpgradeCourse.Name, "--ignore-not-found", "-o", "name"]);
        return left.Trim().Length == 0;
    }

    // A manifest is written last: where one is, the snapshot is whole.
    private HashSet<string> Manifests() =>
        [.. Directory.EnumerateFiles(_stage.Snapshots, "manifest*", SearchOption.AllDirectories)];

    private async Task FollowAsync()
    {
        try
        {
            await _follower.UntilAsync(_ => false, TimeSpan.FromMinutes(15), _following.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or LabException or HttpRequestException or IOException)
        {
            // What it saw until then is what counts.
            return;
        }
    }
}
